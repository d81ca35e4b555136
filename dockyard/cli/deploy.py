"""`dockyard deploy`: the environment as the project says.

Where nothing changed since the last one that is told before anything of the project is read (`dockyard.deploy.standing`).
"""

import os
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from dockyard.cli.arguments import (
    AllowDataLoss,
    AllowInterruption,
    Builder,
    Environment,
    Jobs,
    Json,
    NoCache,
    Project,
    Sbom,
    Services,
    Wait,
)
from dockyard.cli.as_left import tell_as_left
from dockyard.cli.root import project_root
from dockyard.defaults import ENGINE, JOBS
from dockyard.deploy.looking import look
from dockyard.deploy.still import still


def deploy(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    force: Annotated[
        bool, typer.Option("--force", help="Look at every stack, even where nothing seems to have changed.")
    ] = False,
    via: Annotated[
        Literal["changesets", "cdk"], typer.Option(help="Deploy stacks by change sets, or by the CDK CLI.")
    ] = "changesets",
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also delete the stacks of services that the project no longer has, after asking.")
    ] = False,
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
    sbom: Sbom = False,
    wait: Wait = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help="Do not ask: delete what is left of a stack that could not be made, or deleted; with --prune also the stacks of "
            "services that the project no longer has.",
        ),
    ] = False,
    assembly: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            resolve_path=True,
            show_default=False,
            help="Deploy what `push --assembly` has synthesized there, from the same files. Default: synthesize now.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Build, push and deploy what changed, and print where each service answers.

    Example: dockyard deploy shop --env prod
    """
    begun = time.monotonic()
    root, named = project_root(project), env or os.environ.get("DOCKYARD_ENV")
    seen = None if services or force or prune or assembly or via != "changesets" else look(root)
    if seen and (found := still(root, named, seen)):
        tell_as_left(found, begun=begun, json=json)
        return
    # what follows takes a second of imports
    from dockyard.build.builder import Options  # noqa: PLC0415
    from dockyard.cli import orphans  # noqa: PLC0415
    from dockyard.cli.deploying import deploy_and_tell  # noqa: PLC0415
    from dockyard.cli.leaving import Leaving  # noqa: PLC0415
    from dockyard.cli.session import Session  # noqa: PLC0415
    from dockyard.deploy.replacements import Allowed  # noqa: PLC0415
    from dockyard.deploy.run import Wishes  # noqa: PLC0415

    session = Session(root, env, options=Options(jobs, no_cache, builder, sbom))
    session.check_services(services or [])
    allowed = Allowed(allow_interruption, allow_data_loss)
    wishes = Wishes(services or [], force, via == "cdk", allowed, prune, assembly=assembly)
    going = orphans.agreed(session, yes=yes) if prune else []
    left = Leaving(seen, named) if seen else None
    deploy_and_tell(session, wishes, going, json=json, wait=wait, yes=yes, left=left)
