"""`dockyard push`: images in ECR.

Where nothing changed since the last one that is told before anything of the project is read (`dockyard.deploy.standing`).
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Builder, Environment, Jobs, Json, NoCache, Platforms, Project, Sbom, Services, Wait
from dockyard.cli.as_left import tell_as_pushed
from dockyard.cli.root import project_root
from dockyard.defaults import ENGINE, JOBS
from dockyard.deploy.looking import look
from dockyard.deploy.standing import StandingImages, pushed


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
    root, named = project_root(project), env or os.environ.get("DOCKYARD_ENV")
    seen = None if services or platform or assembly else look(root)
    before = pushed(root, named) if seen else None
    if seen and before:
        if seen.is_still(before.seen):
            if _still_there(before):
                tell_as_pushed(before, json=json)
                return
        elif not no_cache and not sbom and builder == ENGINE:
            from dockyard.cli.changed import push_changed  # noqa: PLC0415  # it takes time to import, as all that follows

            if rows := push_changed(root, named, before, seen, jobs, json=json):
                screen.as_json(rows) if json else screen.table(rows)
                return
    from dockyard.build.builder import Options  # noqa: PLC0415
    from dockyard.cli.leaving import Leaving, leave_push  # noqa: PLC0415
    from dockyard.cli.push_rows import row, row_as_left  # noqa: PLC0415
    from dockyard.cli.pushing import push_images  # noqa: PLC0415
    from dockyard.cli.session import Session  # noqa: PLC0415

    session = Session(root, env, options=Options(jobs, no_cache, builder, sbom))
    images = push_images(session, services or [], platform, assembly, wait)
    rows = [row(image, json=json) for image in images]
    screen.as_json(rows) if json else screen.table(rows)
    leave_push(
        session, Leaving(seen, named) if seen else None, [one.image for one in images], [row_as_left(one) for one in images]
    )


def _still_there(before: StandingImages) -> bool:
    """Whether ECR has what that push left. To ask AWS takes time to import, and to ask the registry with a token half of it."""
    from dockyard.deploy import by_token  # noqa: PLC0415

    if ecr := by_token.by_token(before):
        return by_token.still_there(before, ecr)
    from dockyard.deploy.still import still_there  # noqa: PLC0415

    return still_there(before)
