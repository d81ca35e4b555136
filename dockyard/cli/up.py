"""`dockyard up`: from nothing to running services, on this machine."""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dockyard.cli import screen
from dockyard.cli.arguments import AllowDataLoss, AllowInterruption, Environment, Json, Port, Project, Yes
from dockyard.cli.as_left import tell_as_left
from dockyard.cli.root import project_root, tools_of
from dockyard.defaults import FOLDER
from dockyard.deploy.looking import Look, look
from dockyard.deploy.still import still
from dockyard.errors import ConfigError, DockyardError

if TYPE_CHECKING:
    from dockyard.cli.session import Session


def up(
    port: Port = None,
    env: Environment = None,
    project: Project = None,
    json: Json = False,
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    yes: Yes = False,
) -> None:
    """Start the local AWS, bootstrap it, deploy everything, and print where each service answers.

    Example: dockyard up --port 4567
    """
    begun, elsewhere = time.monotonic(), "AWS_ENDPOINT_URL" not in os.environ
    root, named = project_root(project), env or os.environ.get("DOCKYARD_ENV")
    seen = _look(root, port)
    if seen and (found := still(root, named, seen)):
        tell_as_left(found, begun=begun, json=json)
        _tell_next()
        return
    # what follows takes a second of imports
    from dockyard.cli import local  # noqa: PLC0415
    from dockyard.cli.deploying import deploy_and_tell  # noqa: PLC0415
    from dockyard.cli.leaving import Leaving  # noqa: PLC0415
    from dockyard.cli.programs import processes_of  # noqa: PLC0415
    from dockyard.cli.session import Session  # noqa: PLC0415
    from dockyard.deploy.replacements import Allowed  # noqa: PLC0415
    from dockyard.deploy.run import Wishes  # noqa: PLC0415
    from dockyard.deploy.site import qualifier  # noqa: PLC0415
    from dockyard.deploy.synth import command_of  # noqa: PLC0415

    command_of(root)  # before anything is started
    processes_of(root, os.environ).require("cdk")
    session = local.start(Session(root, env), port)
    if session.aws.parameter(f"/cdk-bootstrap/{qualifier(session.root)}/version") is None:
        _bootstrap(session, qualifier(session.root))
    wishes = Wishes(allowed=Allowed(allow_interruption, allow_data_loss))
    left = Leaving(seen, named) if seen else None
    try:
        deploy_and_tell(session, wishes, command="dockyard up", json=json, yes=yes, left=left)
    except ConfigError as error:
        if not elsewhere or not any("run: dockyard " in problem for problem in error.problems):
            raise
        raise ConfigError(error.problems, hint=f"first, so that this shell uses the local AWS: {_exports()}") from error
    if routed := [name for name, one in session.environment.services.items() if one.firelens]:
        screen.say(f"no log router (firelens) runs on the local AWS; dockyard logs shows what these print: {', '.join(routed)}")
    _tell_next()


def _look(root: Path, port: int | None) -> Look | None:
    """What there is of the project; None where the local AWS, or its engine, is yet to be started, or the port is another one.

    The environment is that of the local AWS then, which is a part of what is seen.
    """
    from dockyard.cli.local_variables import forget_others, local_variables  # noqa: PLC0415
    from dockyard.doors.docker import Docker  # noqa: PLC0415
    from dockyard.doors.docker_context import of_context  # noqa: PLC0415
    from dockyard.doors.process import Processes  # noqa: PLC0415
    from dockyard.local.lifecycle import LocalAws  # noqa: PLC0415

    local = LocalAws(root / FOLDER)
    if local.port is None or port not in (None, local.port):
        return None
    if not Docker(Processes({**os.environ, **of_context(os.environ)})).answers():
        return None
    forget_others()
    os.environ.update(local_variables(local, tools_of(root)))
    return look(root)


def _tell_next() -> None:
    screen.say(f"next: change a service and run this again\nfor all other commands, cdk and aws in this shell: {_exports()}")


def _exports() -> str:
    """What makes the local AWS that of the user's shell."""
    return f'eval "$({_own_name()} local env)"'


def _own_name() -> str:
    """How this program is called from here: `make` has it on its PATH, the user's shell may not."""
    program = Path(sys.argv[0])
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else program.name


def _bootstrap(session: "Session", qualifier: str) -> None:
    screen.say("bootstrapping the account for CDK")
    where = f"aws://{session.aws.account}/{session.aws.region}"
    with tempfile.TemporaryDirectory() as elsewhere:  # in the project's folder the CLI would synthesize first
        ended = session.processes.run(["cdk", "bootstrap", where, "--qualifier", qualifier], cwd=Path(elsewhere))
    if ended.code != 0:
        raise DockyardError(f"cdk bootstrap failed:\n{ended.output[-2000:].strip()}")
