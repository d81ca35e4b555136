"""`dockyard push`: images in ECR.

Where nothing changed since the last one that is told before anything of the project is read (`dockyard.deploy.standing`).
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Builder, Environment, Jobs, Json, NoCache, Platforms, Project, Sbom, Services, Wait
from dockyard.cli.push_early import push_early, tried
from dockyard.cli.root import project_root
from dockyard.defaults import ENGINE, JOBS
from dockyard.deploy.looking import look


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
    if tried:
        seen = tried.pop()
    else:
        seen = None if services or platform or assembly else look(root)
        may_build = not no_cache and not sbom and builder == ENGINE
        if seen and push_early(root, named, seen, jobs, json=json, may_build=may_build):
            return
    # what follows takes a second of imports
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
