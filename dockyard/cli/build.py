"""`dockyard build`: images in the local engine."""

from typing import Annotated

import typer

from dockyard.build.builder import local_name
from dockyard.build.inputs import Inputs, changes, read_inputs
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import build_all
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session


def build(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Build nothing; tell what counts for each tag, and what changed since the last deploy."),
    ] = False,
    json: Json = False,
) -> None:
    """Build the images of services, side by side; what the engine has is not built again."""
    session = Session(project, env)
    if explain:
        _explain(session, session.images(services or []), json=json)
        return
    recipes = session.recipes(services or [])
    with screen.Board() as board:
        build_all(recipes, session.workshop, board)
    rows = [{"service": found.service, "image": local_name(found)} for found in recipes]
    screen.as_json(rows) if json else screen.table(rows)


def _explain(session: Session, images: list[Wanted], *, json: bool) -> None:
    deployed = read_inputs(session.site.inputs_file)
    told = {found.service: (Inputs.of(found), deployed.get(found.service)) for found in images}
    if json:
        screen.as_json({
            service: {
                "tag": now.tag, "deployed_tag": before.tag if before else None, "settings": dict(now.settings),
                "files": dict(now.files), "changes": list(changes(before, now)) if before else None,
            }
            for service, (now, before) in told.items()
        })  # fmt: skip
        return
    for service, (now, before) in told.items():
        screen.result(f"{service}: tag {now.tag}, from {len(now.files)} files and:")
        for what, value in now.settings.items():
            screen.result(f"  {what}: {value}")
        if before is None:
            screen.result("  nothing was deployed from here yet")
        elif before.tag == now.tag:
            screen.result("  the same as in the last deploy")
        else:
            screen.result(f"  since the last deploy (tag {before.tag}):")
            for line in changes(before, now):
                screen.result(f"    {line}")
