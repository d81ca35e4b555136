"""Sites that need no build: a folder with an index.html."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.javascript.served import NGINX, NOT_FOUND, SERVER, Served, details_of, nginx_image, site_folder
from dockyard.errors import BuildError

LOOKED_FOR = "index.html, public/index.html, Staticfile"


def marks(app: App) -> tuple[str, ...]:
    """The page, or a Staticfile."""
    found = site_folder(app)
    return (found[1],) if found else ()


def find(app: App) -> Detection:
    """A site. Its template needs the details of the stage that serves it."""
    found = site_folder(app)
    if found is None:
        raise BuildError(f"{app.folder} has no index.html (looked for {LOOKED_FOR})", hint="add one")
    folder, file = found
    if file.endswith((".html", ".htm")) and re.match(r"---\s*\n", app.source(file)):
        raise BuildError(
            f"{app.folder / file} begins with settings for Jekyll or another maker of sites, which no file here names",
            hint="for Jekyll, add a Gemfile with: source 'https://rubygems.org' and: gem 'jekyll'; or give "
            "the folder of the finished site as image.build.context",
        )
    single = app.has("Staticfile") and "pushstate: enabled" in app.source("Staticfile")
    said = app.wishes.version
    return Detection(
        language="static", version=said or NGINX, package_manager="none", start=SERVER,
        images={"server": nginx_image(said or NGINX)}, port=app.port,
        details=details_of(Served(folder, "/index.html" if single else NOT_FOUND)),
        sources=sources(version="service.yaml" if said else None, package_manager=None, start=file),
    )  # fmt: skip
