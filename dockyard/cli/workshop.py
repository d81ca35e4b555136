"""What all commands have that build."""

from collections.abc import Callable
from pathlib import Path

from dockyard.build.bases import Bases
from dockyard.build.builder import Options, Workshop, ca_bundle
from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.doors.git import Git
from dockyard.doors.process import Processes
from dockyard.local.stand_ins import upload_missing


def workshop_of(
    folder: Path, docker: Docker, bases: Bases, options: Options, reading: Callable[[], Aws], processes: Processes
) -> Workshop:
    """What builds need; stand-ins are in the registry then.

    :param folder: Dockyard's own one in the project.
    :param reading: the account in a role that may read it; asked for where there are stand-ins.
    """
    registry, variables = "", processes.environment
    if bases.stand_ins:
        account = reading()
        credentials = account.registry()
        registry = credentials.host
        if registry.startswith(("localhost:", "127.0.0.1:")):
            upload_missing(bases.stand_ins, account, variables.get("XDG_CACHE_HOME"))
            docker.login(credentials)
    return Workshop(docker, bases, registry, folder, ca_bundle(variables), options, variables, Git(processes))
