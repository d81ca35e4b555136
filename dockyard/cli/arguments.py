"""Arguments and options that several commands have in common."""

from pathlib import Path
from typing import Annotated

import typer

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
AllowInterruption = Annotated[
    bool,
    typer.Option("--allow-interruption", help="Also make changes during which requests to a service fail, as of runs_on."),
]
