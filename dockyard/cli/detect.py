"""`dockyard detect`: what an app without a Dockerfile is."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dockyard.build.detect import Wishes
from dockyard.build.detect import detect as look
from dockyard.cli import screen
from dockyard.cli.arguments import Json
from dockyard.config.read import read
from dockyard.errors import UsageError


def detect(
    folder: Annotated[Path, typer.Argument(help="Folder with the source.")],
    port: Annotated[int | None, typer.Option(help="Port that the app is to listen on. Default: 8080.")] = None,
    json: Json = False,
) -> None:
    """Print language, version, package manager, framework, start command and port, and the file that each was read from.

    What a service.yaml in the folder says of these comes first. Where a Dockerfile or an image of a registry is used in place
    of that, it is told first; in JSON as `used_instead`.

    Example: dockyard detect services/shop
    """
    if not folder.is_dir():
        raise UsageError(f"no folder at {folder}")
    said = read(folder / "service.yaml", "service.yaml", {}) or {}
    instead = _used_instead(folder, said)
    if instead:
        screen.warn(f"{instead} is used; without it, the app would be built as told here")
    found = look(folder, _wishes(said, port))
    for warning in found.warnings:
        screen.warn(warning)
    if json:
        screen.as_json({**asdict(found), "used_instead": instead})
        return
    values = {
        "language": found.language, "version": found.version, "package_manager": found.package_manager,
        "framework": found.framework, "build": " && ".join(found.build), "start": shlex.join(found.start), "port": found.port,
    }  # fmt: skip
    screen.table([{"": name, "value": value, "from": found.sources.get(name)} for name, value in values.items() if value])


def _image(said: Mapping[str, Any]) -> dict[str, Any]:
    image = said.get("image")
    return image if isinstance(image, dict) else {}


def _build(said: Mapping[str, Any]) -> dict[str, Any]:
    build = _image(said).get("build")
    return build if isinstance(build, dict) else {}


def _wishes(said: Mapping[str, Any], port: int | None) -> Wishes:
    """What a service.yaml says, which is read as a whole only by what builds or deploys it."""
    language, version, start = (
        str(value) if isinstance(value := _build(said).get(name), str | int | float) else None
        for name in ("language", "version", "start")
    )
    asked = said.get("port")
    return Wishes(language, version, start, port or (asked if type(asked) is int else None))


def _used_instead(folder: Path, said: Mapping[str, Any]) -> str | None:
    """The image that a service.yaml in the folder takes, or the Dockerfile that its image is built by."""
    if taken := _image(said).get("from"):
        return f"{folder / 'service.yaml'}: image {taken}"
    named = _build(said).get("dockerfile")
    file = folder / str(named or "Dockerfile")
    return str(file) if named or os.path.lexists(file) else None
