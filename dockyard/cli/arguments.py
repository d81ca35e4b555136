"""Arguments and options that several commands have in common."""

from pathlib import Path
from typing import Annotated, get_args

import typer


def _platforms(given: list[str] | None) -> list[str] | None:
    if not given:
        return None
    from dockyard.config.image import Platform as PlatformName  # noqa: PLC0415  # all of the configuration, for two names

    known = get_args(PlatformName)
    wanted = sorted({name for words in given for name in words.split(",")})
    if unknown := [name for name in wanted if name not in known]:
        raise typer.BadParameter(f"should be {' or '.join(known)}, got {unknown[0]}")
    return wanted


Project = Annotated[
    Path | None,
    typer.Option(
        "--project", help="The project's folder. Default: the nearest one upwards with a dockyard.yaml.", show_default=False
    ),
]
Environment = Annotated[
    str | None,
    typer.Option("--env", help="Environment. Default: DOCKYARD_ENV, else the first in dockyard.yaml.", show_default=False),
]
Services = Annotated[list[str] | None, typer.Argument(help="Services. Default: all.", show_default=False)]
Service = Annotated[str, typer.Argument(help="The service.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Port = Annotated[
    int | None, typer.Option("--port", min=1024, max=65535, help="Port of the local AWS. Default: 4566.", show_default=False)
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", min=1, max=64, envvar="DOCKYARD_JOBS", help="How many images are built at once, and how many pushed."),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Make every layer anew, also of images that the engine has; what ECR has stays.")
]
Builder = Annotated[
    str,
    typer.Option(
        "--builder",
        envvar="BUILDX_BUILDER",
        help="Builder of buildx, such as one on other machines. It sends images to ECR itself. `default` is the engine's own.",
    ),
]
Sbom = Annotated[
    bool,
    typer.Option(
        "--sbom",
        help="Attach a list of what is in it (SBOM) to each image that is built, if the builder can; its tag stays.",
    ),
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        callback=_platforms,
        help="Build for this platform (or several) instead of the service's own; another tag follows from it.",
        show_default=False,
    ),
]
AllowInterruption = Annotated[
    bool,
    typer.Option("--allow-interruption", help="Also make changes during which requests to a service fail, as of runs_on."),
]
AllowDataLoss = Annotated[
    bool,
    typer.Option(
        "--allow-data-loss", help="Also make changes by which a queue, table, bucket or database is replaced by an empty one."
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do not ask: delete what is left of a stack that could not be made, or deleted.")
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="How long to wait where another command changes this environment; 0 gives up at once. Default: until it ends.",
        show_default=False,
    ),
]
