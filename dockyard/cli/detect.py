"""`dockyard detect`: what an app without a Dockerfile is."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dockyard.build.detect import detect as look
from dockyard.cli import screen
from dockyard.cli.arguments import Json
from dockyard.errors import UsageError


def detect(
    folder: Annotated[Path, typer.Argument(help="Folder with the source.")],
    port: Annotated[int, typer.Option(help="Port that the app is to listen on.")] = 8080,
    json: Json = False,
) -> None:
    """Print language, version, package manager and start command, and the file that each was read from."""
    if not folder.is_dir():
        raise UsageError(f"no folder at {folder}")
    found = look(folder, port=port)
    if json:
        screen.as_json({**asdict(found), "sources": dict(found.sources)})
        return
    sources = dict(found.sources)
    values = {"language": found.language, "version": found.version, "package_manager": found.package_manager}
    if found.build:
        values["build"] = " ".join(found.build)
    values["start"] = " ".join(found.start)
    screen.table([{"": name, "value": value, "from": sources.get(name, "")} for name, value in values.items()])
