"""The Dockerfile of an app: its own, or one rendered for its language."""

import json
import posixpath
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from dockyard.build.detect import Detection
from dockyard.doors.compiled import Compiled

_templates = Environment(  # noqa: S701  # Dockerfiles, not HTML
    loader=PackageLoader("dockyard.build"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    bytecode_cache=Compiled(Path(__file__).parent / "templates"),
)


def _copied(paths: Iterable[str]) -> list[str]:
    """Arguments of one COPY a folder, so that each file stays where it is."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(posixpath.dirname(path), []).append(path)
    words = ([*files, f"{folder or '.'}/"] for folder, files in folders.items())
    return [json.dumps(line) if any(" " in word for word in line) else " ".join(line) for line in words]


def _source(folder: str) -> str:
    """A folder's content as the source of a COPY."""
    return "." if folder == "." else json.dumps([f"{folder}/", "./"]) if " " in folder else f"{folder}/"


_templates.filters |= {"quoted": shlex.quote, "copied": _copied, "source": _source}


def render(app: Detection, *, base_prefix: str, mounts: bool = True) -> str:
    """A Dockerfile for the app: several stages, locked installs, not root, SIGTERM to the app.

    `mounts` are BuildKit's caches and secrets; without them it is for the engine's classic builder. There is no
    `# syntax=` line: it would make the engine fetch a frontend from Docker Hub.
    """
    images = {name: image if "/" in image else base_prefix + image for name, image in app.images.items()}
    text = _templates.get_template(f"{app.language}.Dockerfile.j2").render(app=app, mounts=mounts, **images)
    return re.sub(r"\n+(?=FROM )", "\n\n", re.sub(r"\n(\s*\n)+", "\n", text)).strip() + "\n"
