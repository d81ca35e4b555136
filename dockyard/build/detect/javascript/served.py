"""Files that a server of files serves, for a stage of the Dockerfile that is the same for every language."""

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from dockyard.build.detect.app import App

NGINX = "stable"
"""The supported stable release of nginx."""
SERVER = ("nginx", "-e", "stderr")
"""What serves: its settings are in the image, and its log of faults is standard error from the first line on."""
NOT_FOUND = "=404"
_FOLDERS = (".", "public", "dist", "build", "_site", "site", "www", "htdocs", "html", "static", "out", "docs", "src")
"""Where a finished site may be."""


def nginx_image(version: str = NGINX) -> str:
    """An official image; the Dockerfile makes it run without root."""
    return f"nginx:{version}-alpine-slim"


@dataclass(frozen=True)
class Served:
    """A folder with a site."""

    folder: str
    """Relative to the app's."""
    fallback: str = NOT_FOUND
    """What answers a path that is not there: a page, as apps want it that read the path in the browser, or `=404`."""
    hashed: tuple[str, ...] = ()
    """Beginnings of paths whose names change with their content, so that browsers may keep them for a year."""


def site_folder(app: App) -> tuple[str, str] | None:
    """The folder that holds a finished site, and the file that tells so; None where there is none."""
    if app.has("Staticfile"):  # https://docs.cloudfoundry.org/buildpacks/staticfile/
        match = re.search(r"^\s*root\s*:\s*['\"]?([\w./ +-]+)", app.source("Staticfile"), re.MULTILINE)
        folder = posixpath.normpath(match[1].strip()) if match else ""
        if folder and not folder.startswith(("/", "..")):
            return folder, "Staticfile root"
    page = app.has(*(f"{folder}/{name}".removeprefix("./") for folder in _FOLDERS for name in ("index.html", "index.htm")))
    return (posixpath.dirname(page) or ".", page) if page else (".", "Staticfile") if app.has("Staticfile") else None


def details_of(served: Served) -> dict[str, Any]:
    """What the stage of a Dockerfile needs that serves it."""
    return {"served": served.folder, "fallback": served.fallback, "hashed": served.hashed}
