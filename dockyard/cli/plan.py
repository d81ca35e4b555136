"""`dockyard plan`: what a deploy would do."""

from dataclasses import asdict
from typing import Annotated

import typer

from dockyard.capacity.estimate import estimate
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.estimate import tell
from dockyard.cli.painted import console, width
from dockyard.cli.plan_document import document
from dockyard.cli.plan_markdown import markdown as as_markdown
from dockyard.cli.plan_text import lines
from dockyard.cli.session import Session
from dockyard.deploy.orphans import orphan_text
from dockyard.deploy.plan import Action, PlannedImage
from dockyard.deploy.plan import plan as make_plan
from dockyard.errors import UsageError

CHANGES = 10
"""Exit code where a deploy would change something."""
SHOWN = 10
"""Lines on what differs, an image."""


def plan(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    prune: Annotated[bool, typer.Option("--prune", help="Plan a deploy with --prune: orphans are deleted.")] = False,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as a comment on a pull request.")] = False,
) -> None:
    """Tell what a deploy would build, push, create, change, replace and delete, with rights and costs that change, and what fits.

    Nothing is changed, and reading is all it needs. Exit code: 0 nothing to do, 10 something, 1 it cannot be told.

    Example: dockyard plan --env prod
    """
    if json and markdown:
        raise UsageError("--json and --markdown are two forms of one plan", hint="leave out one of them")
    session = Session(project, env)
    session.check_services(services or [])
    with screen.Board() as board:
        found = make_plan(session.site, board, services or [], prune=prune)
    capacity = estimate(session.environment, services or ())
    told = document(session.site, found, capacity)
    if json:
        screen.as_json(asdict(told))
    elif markdown:
        screen.result(as_markdown(told).rstrip("\n"))
    else:
        _tell_images(found.images)
        for line in lines(told, width()):
            console().print(line)
        for name in () if prune else found.orphans:
            screen.result(f"{orphan_text(session.site, name)}; a deploy leaves it, and dockyard deploy --prune deletes it")
        tell(capacity)
    if not found.is_empty:
        raise typer.Exit(CHANGES)


def _tell_images(images: tuple[PlannedImage, ...]) -> None:
    screen.table([{"image": f"{one.repository}:{one.tag}", "to do": one.action} for one in images])
    for one in images:
        if one.because and one.action is not Action.NONE:
            screen.result(f"{one.service} differs from the last deploy:")
            for line in one.because[:SHOWN]:
                screen.result(f"  {line}")
            if len(one.because) > SHOWN:
                screen.result(f"  and {len(one.because) - SHOWN} more; all of them: dockyard build --explain {one.service}")
    if images:
        screen.result("")
