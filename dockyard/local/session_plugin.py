"""The program `session-manager-plugin` of the local AWS: a session is a `docker exec`, or leads to a port of a container.

It is called as the AWS CLI calls AWS's own, with the answer of ExecuteCommand or StartSession, and ends with 0 whatever the
command in the container ends with, as AWS's own does. A session that is not of the local AWS is left to that.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

import contextlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Sequence

from dockyard.doors.containers import TASK, attach, chosen, running
from dockyard.doors.docker import Docker
from dockyard.doors.docker_context import of_context
from dockyard.doors.forward import Forward
from dockyard.doors.process import Processes
from dockyard.errors import DockyardError
from dockyard.local.sessions import PROGRAMS, Session

PROGRAM = "session-manager-plugin"


def run(arguments: Sequence[str]) -> int:
    """Join the session that the first argument tells; without arguments, as it is asked whether it is there, nothing."""
    if not arguments:
        print("The session-manager-plugin of Dockyard's local AWS is on PATH.")  # noqa: T201  # a program of its own
        return 0
    processes = Processes({**os.environ, **of_context(os.environ)})
    session = Session.of_token(_token(arguments[0]))
    if session is None:
        return processes.attached([_aws_own(), *arguments])
    docker = Docker(processes)
    found = chosen(running(docker, f"{TASK}={session.task}"), session.task, session.container)
    if session.ports:
        return _forward(docker.address(found.id), *session.ports)
    attach(docker, found, shlex.split(session.command), terminal=sys.stdin.isatty() and sys.stdout.isatty())
    return 0


def _forward(address: str, local_port: int, port: int) -> int:
    """Until Ctrl-C. Connections come from this machine, not from within the container as on AWS."""
    try:
        opened = Forward(local_port, (address, port))
    except OSError as error:
        raise DockyardError(f"port {local_port} of this machine cannot be opened: {error.strerror}") from error
    print("Waiting for connections...", flush=True)  # noqa: T201  # as AWS's own
    with contextlib.suppress(KeyboardInterrupt):
        opened.serve()
    return 0


def _token(argument: str) -> str:
    """That of a session; empty where it is none, as `--version`, or the name of a variable that has it."""
    try:
        told = json.loads(argument)
    except ValueError:
        return ""
    return str(told.get("tokenValue") or told.get("TokenValue") or "") if isinstance(told, dict) else ""


def _aws_own() -> str:
    others = [folder for folder in os.get_exec_path() if folder != str(PROGRAMS)]
    found = shutil.which(PROGRAM, path=os.pathsep.join(others))
    if found is None:
        raise DockyardError(f"this session is none of the local AWS, and AWS's own {PROGRAM} is not on PATH")
    return found


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except DockyardError as error:
        sys.exit(f"error: {error}")
