"""angular.json: which project is the app, and where its build leaves it."""

import posixpath
from dataclasses import dataclass
from typing import Any

from dockyard.build.detect.javascript.site import Site
from dockyard.errors import BuildError


@dataclass(frozen=True)
class Project:
    """An application of Angular."""

    folder: str
    """With the files for the browser."""
    server: str | None = None
    """The server that renders, where there is one."""


def project_of(site: Site) -> Project:
    """The application that `ng build` builds. https://angular.dev/reference/configs/workspace-config"""
    name, project = _application(site)
    build = _at(project, "architect", "build") or _at(project, "targets", "build")
    options = _at(build, "options")
    written = options.get("outputPath", f"dist/{name}")
    base = str(_at(written).get("base", f"dist/{name}") if isinstance(written, dict) else written)
    by_esbuild = str(build.get("builder", ":application")).endswith(":application")
    browser = str(_at(written).get("browser", "browser")) if isinstance(written, dict) else "browser" if by_esbuild else ""
    server = None
    if by_esbuild and (options.get("ssr") or options.get("server")) and options.get("outputMode") != "static":
        server = posixpath.join(base, "server/server.mjs") if options.get("ssr") else None
    elif not by_esbuild and (_at(project, "architect", "server") or _at(project, "targets", "server")):
        server = posixpath.join(posixpath.dirname(base), "server/main.js")
    return Project(posixpath.normpath(posixpath.join(base, browser)), server)


def _application(site: Site) -> tuple[str, dict[str, Any]]:
    """The default project, else the first that is an application."""
    try:
        content = site.app.manifest(site.path("angular.json")).content if site.has("angular.json") else {}
    except BuildError:  # comments are allowed in it
        content = {}
    projects = {name: project for name, project in _at(content, "projects").items() if isinstance(project, dict)}
    default = content.get("defaultProject")
    applications = [name for name, project in projects.items() if project.get("projectType", "application") == "application"]
    name = default if isinstance(default, str) and default in projects else next(iter(applications), site.package.name or "app")
    return name, projects.get(name, {})


def _at(value: Any, *keys: str) -> dict[str, Any]:
    """The mapping at that path; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
