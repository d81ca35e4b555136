"""`dockyard plan`: what a deploy would do."""

from dataclasses import asdict

import typer

from dockyard.capacity.estimate import estimate
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.estimate import tell
from dockyard.cli.session import Session
from dockyard.deploy.orphans import orphan_text
from dockyard.deploy.plan import Action, Plan
from dockyard.deploy.plan import plan as make_plan
from dockyard.deploy.site import Site

CHANGES = 10
"""Exit code where a deploy would change something."""
SHOWN = 10
"""Lines on what differs, an image."""


def plan(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Tell what a deploy would build, push, create and change, how much fits on servers, and what a month costs.

    Exit code: 0 nothing to do, 10 something.

    Example: dockyard plan --env prod
    """
    session = Session(project, env)
    session.check_services(services or [])
    with screen.Board() as board:
        found = make_plan(session.site, board, services or [])
    capacity = estimate(session.environment)
    if json:
        screen.as_json({**asdict(found), "nothing_to_do": found.is_empty, "capacity": asdict(capacity)})
    else:
        _tell(session.site, found)
        tell(capacity)
    if not found.is_empty:
        raise typer.Exit(CHANGES)


def _tell(site: Site, found: Plan) -> None:
    screen.table([{"image": f"{one.repository}:{one.tag}", "to do": one.action} for one in found.images])
    for one in found.images:
        if one.because and one.action is not Action.NONE:
            screen.result(f"{one.service} differs from the last deploy:")
            for line in one.because[:SHOWN]:
                screen.result(f"  {line}")
            if len(one.because) > SHOWN:
                screen.result(f"  and {len(one.because) - SHOWN} more; all of them: dockyard build --explain {one.service}")
    if found.images:
        screen.result("")
    screen.table([{"stack": one.stack, "to do": one.action} for one in found.stacks])
    for name in found.orphans:
        screen.result(f"{orphan_text(site, name)}; a deploy leaves it")
