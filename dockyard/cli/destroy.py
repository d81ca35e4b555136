"""`dockyard destroy`: the end of services, or of an environment."""

from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Services, Wait
from dockyard.cli.locked import alone
from dockyard.cli.session import Session
from dockyard.errors import UsageError
from dockyard.operate.destroy import Doomed, check_agreed, doomed
from dockyard.operate.destroy import destroy as run


def destroy(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    registry: Annotated[
        bool, typer.Option("--registry", help="Also delete the registry's stack, and its repositories with all images.")
    ] = False,
    wait: Wait = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the stacks of an environment, or of services: services first, side by side, then what they share.

    Images stay in ECR, unless with --registry; so the next deploy builds nothing that was built before.

    Example: dockyard destroy shop --env dev
    """
    if services and registry:
        raise UsageError("--registry is for the whole application: name no services with it")
    begun = Session(project, env)
    screen.say(f"{begun.project.name} in {begun.environment.name} (account {begun.aws.account}, {begun.aws.region})")
    agreed = None if yes else doomed(begun.site, services or [], registry=registry)
    if agreed and agreed.everything:
        _ask(agreed)
    with alone(begun, "dockyard destroy", wait) as (session, lock):
        going = doomed(session.site, services or [], registry=registry)
        if agreed:
            check_agreed(agreed, going)
        if not going.everything:
            screen.say("nothing to delete")
            return
        with screen.Board() as board:
            run(session.site, going, board, lock.check)


def _ask(going: Doomed) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    for name in going.names:
        screen.say(f"  stack {name}")
    for name in going.repositories:
        screen.say(f"  repository {name} with all images")
    if not screen.is_terminal():
        raise UsageError("this would be deleted, and there is nobody to ask", hint="supply --yes")
    typer.confirm("delete all of it", abort=True, err=True)
