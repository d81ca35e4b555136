"""`dockyard destroy`: the end of services, or of an environment."""

from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Services
from dockyard.cli.session import Session
from dockyard.doors.lock import alone
from dockyard.errors import UsageError
from dockyard.operate.destroy import Doomed, doomed
from dockyard.operate.destroy import destroy as run


def destroy(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    registry: Annotated[
        bool, typer.Option("--registry", help="Also delete the registry's stack, and its repositories with all images.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the stacks of an environment, or of services: services first, side by side, then what they share.

    Images stay in ECR, unless with --registry; so the next deploy builds nothing that was built before.

    Example: dockyard destroy shop --env dev
    """
    if services and registry:
        raise UsageError("--registry is for the whole application: name no services with it")
    session = Session(project, env)
    environment = session.environment.name
    screen.say(f"{session.project.name} in {environment} (account {session.aws.account}, {session.aws.region})")
    busy = f"a deploy to {environment} runs in this folder; waiting for it"
    with alone(session.own_folder / f"deploy-{environment}.lock", lambda: screen.say(busy)):
        going = doomed(session.site, services or [], registry=registry)
        if not going.names and not going.repositories:
            screen.say("nothing to delete")
            return
        if not yes:
            _ask(going)
        with screen.Board() as board:
            run(session.site, going, board)


def _ask(going: Doomed) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    for name in going.names:
        screen.say(f"  stack {name}")
    for name in going.repositories:
        screen.say(f"  repository {name} with all images")
    if not screen.is_terminal():
        raise UsageError("this would be deleted, and there is nobody to ask", hint="supply --yes")
    typer.confirm("delete all of it", abort=True, err=True)
