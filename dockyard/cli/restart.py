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
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout",
            min=0,
            show_default=False,
            help="Seconds to wait; 0 does not wait. Default: 600, and the minutes that `deploy` shares requests and bakes.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Replace the tasks of a service by new ones of the same version, and wait until they are healthy.

    No request fails meanwhile: the old tasks serve until then.

    Example: dockyard restart hello-python
    """
    session = Session(project, env)
    session.check_services([service])
    config = session.environment.services[service]
    check_kind(service, config.kind, "restart")
    limit = timeout
    if limit is None:
        deploy = getattr(config, "deploy", None)
        limit = WAIT_SECONDS + (deploy.minutes if deploy else 0) * 60
    begun = time.monotonic()
    one = Restart(session.site, surely_deployed(session.site, service))
    tasks = one.begin()
    screen.say(
        f"{service}: {short.counted(new_tasks=tasks.desired)} of the same version; what runs serves until they are healthy"
    )
    if limit:
        with screen.Board() as board:
            one.wait(board, limit)
    seconds = round(time.monotonic() - begun, 1)
    if json:
        screen.as_json({"service": service, "tasks": tasks.desired, "seconds": seconds})
    elif limit:
        screen.table([{"service": service, "tasks": tasks.desired, "seconds": seconds}])
