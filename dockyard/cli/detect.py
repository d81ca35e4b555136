"""`dockyard detect`: what an app without a Dockerfile is."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dockyard.build.detect import Wishes
from dockyard.build.detect import detect as look
from dockyard.cli import screen
from dockyard.cli.arguments import Json
from dockyard.errors import UsageError


def detect(
    folder: Annotated[Path, typer.Argument(help="Folder with the source.")],
    port: Annotated[int | None, typer.Option(help="Port that the app is to listen on. Default: 8080.")] = None,
    json: Json = False,
) -> None:
    """Print language, version, package manager, framework, start command and port, and the file that each was read from."""
    if not folder.is_dir():
        raise UsageError(f"no folder at {folder}")
    found = look(folder, Wishes(port=port))
    for warning in found.warnings:
        screen.say(f"! {warning}")
    if json:
        screen.as_json(asdict(found))
        return
    values = {
        "language": found.language, "version": found.version, "package_manager": found.package_manager,
        "framework": found.framework, "build": " && ".join(found.build), "start": shlex.join(found.start), "port": found.port,
    }  # fmt: skip
    screen.table([{"": name, "value": value, "from": found.sources.get(name)} for name, value in values.items() if value])
