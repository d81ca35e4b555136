"""Nx workspaces whose apps have a project.json and no package.json: what `nx build` makes of them, and where.

https://nx.dev/reference/project-configuration
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dockyard.build.detect.javascript.commands import with_port
from dockyard.build.detect.javascript.frameworks import server_of
from dockyard.build.detect.javascript.outputs import Output
from dockyard.build.detect.javascript.served import SERVER, Served
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.start import Started
from dockyard.errors import BuildError

_SITE = re.compile(r"[:/](?:vite|web|react|angular|rsbuild)\b|build-angular|webpack-browser|browser-esbuild|:browser$")
_PLAIN = re.compile(r"[\w./@-]+")


def nx_apps(root: Site) -> list[Started]:
    """How each application would be started, by folder."""
    if not root.has("nx.json", "workspace.json"):
        return []
    files = [file for file in root.app.files("apps/*/project.json", "packages/*/project.json") if "e2e" not in file]
    found = [_in(folder := file.rsplit("/", 1)[0], _started(root, file, folder, _content(root, file))) for file in files]
    whole = root.has("workspace.json") if not files else None
    for name, project in _at(_content(root, whole), "projects").items() if whole else ():
        if isinstance(project, dict) and "e2e" not in name:
            folder = _plain(project.get("root"), f"apps/{name}")
            found.append(_in(folder, _started(root, f"{whole} projects.{name}", folder, {"name": name, **project})))
    return [each for each in found if each]


def _in(folder: str, found: Started | None) -> Started | None:
    return replace(found, folder=folder) if found else None


def _content(root: Site, file: str) -> Mapping[str, Any]:
    try:
        return root.app.manifest(file).content
    except BuildError:
        return {}


def _executor(target: dict[str, Any]) -> str:
    """What runs a target, by its name of today or of before Nx 12."""
    return str(target.get("executor") or target.get("builder") or "")


def _started(root: Site, file: str, folder: str, content: Mapping[str, Any]) -> Started | None:
    targets = _at(content, "targets") or _at(content, "architect")
    executor = _executor(_at(targets, "build"))
    if content.get("projectType", "application") != "application" or not executor:
        return None
    name = _plain(content.get("name"), folder.rsplit("/", 1)[-1])
    made = _plain(_at(targets, "build", "options").get("outputPath"), f"dist/{folder}")
    build = f"nx build {name}"
    if command := _command(_at(targets, "start", "options")):
        return Started(
            with_port(command, root.app.port), file, root, server_of(root), output=Output(build=build, build_always=True)
        )
    if "next" in executor:
        start: tuple[str, ...] = ("next", "start", made, "-p", str(root.app.port))
        return Started(start, file, root, "next", output=Output(start=start, build=build, build_always=True))
    serves = _executor(_at(targets, "serve"))
    if _SITE.search(executor) or serves.endswith(":dev-server"):
        angular = "angular" in executor
        served = Served(
            f"{made}/browser" if executor.endswith(":application") else made, "/index.html", () if angular else ("/assets/",)
        )
        framework = "angular" if angular else "vite" if "vite" in executor else "webpack"
        return Started(SERVER, file, root, framework, served, Output(served, build=build, build_always=True))
    start = ("node", f"{made}/main.js")
    return Started(start, file, root, server_of(root), output=Output(start=start, build=build, build_always=True))


def _command(options: dict[str, Any]) -> tuple[str, ...]:
    """The command of a target that runs one."""
    listed = options.get("commands")
    first = listed[0] if isinstance(listed, list) and len(listed) == 1 else options.get("command")
    text = first.get("command") if isinstance(first, dict) else first
    try:
        return tuple(shlex.split(text)) if isinstance(text, str) and not set(text) & set("&|;<>$`") else ()
    except ValueError:
        return ()


def _plain(value: object, default: str) -> str:
    """A name or path that needs no quotes."""
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) and ".." not in value else default


def _at(value: Any, *keys: str) -> dict[str, Any]:
    """The mapping at that path; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
