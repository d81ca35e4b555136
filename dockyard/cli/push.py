"""`dockyard push`: images in ECR."""

from pathlib import Path
from typing import Annotated

import typer

from dockyard.build.builder import Options
from dockyard.build.plan import Planned
from dockyard.build.sizes import size
from dockyard.cli import screen, short
from dockyard.cli.arguments import Builder, Environment, Jobs, Json, NoCache, Platforms, Project, Sbom, Services, Wait
from dockyard.cli.locked import alone
from dockyard.cli.session import Session
from dockyard.defaults import ENGINE, JOBS
from dockyard.deploy.assembly_folder import check_writable
from dockyard.deploy.images import bring
from dockyard.deploy.run import prepare
from dockyard.deploy.states import Safety


def push(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    platform: Platforms = None,
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
    sbom: Sbom = False,
    assembly: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            resolve_path=True,
            show_default=False,
            help="First synthesize into this folder, and deploy the registry's stack from there, so that repositories are there.",
        ),
    ] = None,
    wait: Wait = None,
    json: Json = False,
) -> None:
    """Build and push the images that ECR lacks, or copy them from their registries, side by side.

    The repositories must be there: `dockyard deploy` makes them, and --assembly does.

    Example: dockyard push --jobs 8
    """
    session = Session(project, env, options=Options(jobs, no_cache, builder, sbom))
    if assembly:
        check_writable(assembly, session.root)
        with alone(session, "dockyard push --assembly", wait) as (held, lock), screen.Board() as board:
            safety = Safety(lock.check, lambda _: False)
            images = prepare(held.site, held.images_to_build(services or [], platform), board, assembly, safety)
    else:
        with screen.Board() as board:
            images = bring(session.site, session.images_to_build(services or [], platform), board)
    rows = [_row(image, json=json) for image in images]
    screen.as_json(rows) if json else screen.table(rows)


def _row(image: Planned, *, json: bool) -> dict[str, object]:
    """What was pushed is told where it was pushed now; of layers the engine tells alone."""
    wanted, pushed = image.image, image.pushed
    shown = pushed if json else {name: _shown(name, count) for name, count in pushed.items()}
    named = {
        "service": wanted.service,
        "repository": wanted.repository,
        "tag": wanted.tag,
        "digest": image.digest if json else short.digest(image.digest),
    }
    return {**named, **shown}


def _shown(name: str, count: int | None) -> object:
    return count if count is None or name.startswith("layers") else size(count)
