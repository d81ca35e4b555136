"""`dockyard build`: images in the local engine."""

from typing import Annotated

import typer

from dockyard.build.builder import Options
from dockyard.build.inputs import Inputs, changes, read_inputs
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import build_all
from dockyard.build.sizes import size
from dockyard.cli import screen
from dockyard.cli.arguments import Builder, Environment, Jobs, Json, NoCache, Platforms, Project, Services
from dockyard.cli.session import Session
from dockyard.defaults import ENGINE, JOBS
from dockyard.errors import PrerequisiteError


def build(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    platform: Platforms = None,
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Build nothing; tell what counts for each tag, and what changed since the last deploy."),
    ] = False,
    json: Json = False,
) -> None:
    """Build the images of services, side by side; what the engine has is not built again.

    Example: dockyard build --explain shop
    """
    session = Session(project, env, options=Options(jobs, no_cache, builder))
    if explain:
        _explain(session, session.images(services or [], platform), json=json)
        return
    recipes = session.recipes(services or [], platform)
    with screen.Board() as board:
        built = build_all(recipes, session.workshop, board)
    rows = [
        {
            "service": one.recipe.service,
            "image": one.image,
            "size": one.size if json or one.size is None else size(one.size),
            "seconds": round(one.seconds, 1),
        }
        for one in built
    ]
    screen.as_json(rows) if json else screen.table(rows)


def _explain(session: Session, images: list[Wanted], *, json: bool) -> None:
    try:
        deployed = read_inputs(session.site.inputs_file)
    except PrerequisiteError as error:
        screen.warn(f"nothing to compare with, as it is not known which account was deployed to: {error}")
        deployed = {}
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
