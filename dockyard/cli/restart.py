"""`dockyard restart`: new tasks of the same version."""

import time
from typing import Annotated

import typer

from dockyard.cli import screen, short
from dockyard.cli.arguments import Environment, Json, Project, Service
from dockyard.cli.scale import WAIT_SECONDS
from dockyard.cli.session import Session
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.restart import Restart
from dockyard.operate.scale import check_kind


def restart(
    service: Service,
    env: Environment = None,
    project: Project = None,
    timeout: Annotated[int, typer.Option("--timeout", min=0, help="Seconds to wait; 0 does not wait.")] = WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Replace the tasks of a service by new ones of the same version, and wait until they are healthy.

    No request fails meanwhile: the old tasks serve until then.

    Example: dockyard restart hello-python
    """
    session = Session(project, env)
    session.check_services([service])
    check_kind(service, session.environment.services[service].kind, "restart")
    begun = time.monotonic()
    one = Restart(session.site, surely_deployed(session.site, service))
    tasks = one.begin()
    screen.say(
        f"{service}: {short.counted(new_tasks=tasks.desired)} of the same version; what runs serves until they are healthy"
    )
    if timeout:
        with screen.Board() as board:
            one.wait(board, timeout)
    seconds = round(time.monotonic() - begun, 1)
    if json:
        screen.as_json({"service": service, "tasks": tasks.desired, "seconds": seconds})
    elif timeout:
        screen.table([{"service": service, "tasks": tasks.desired, "seconds": seconds}])
