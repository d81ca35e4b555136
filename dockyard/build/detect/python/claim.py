"""Whether a folder is a Python app, also where other languages have files in it."""

import re

from dockyard.build.detect.app import App
from dockyard.build.detect.python.dependencies import dependencies_of
from dockyard.build.detect.python.django import django_of
from dockyard.build.detect.python.frameworks import FRAMEWORKS
from dockyard.build.detect.python.layout import ENTRY_FILES
from dockyard.build.detect.python.managers import installation_of
from dockyard.build.detect.python.manifests import REQUIREMENTS_FILES, Manifests

_MANIFESTS = (*REQUIREMENTS_FILES, "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock", "setup.py")
_OTHERS = (
    "package.json", "Gemfile", "composer.json", "mix.exs", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts",
    "deno.json", "deno.jsonc", "gleam.toml", "pubspec.yaml", "Package.swift", "build.sbt", "project.clj", "deps.edn",
)  # fmt: skip
"""Files of other languages, beside which a Python file or two may be there for another purpose."""
_FRONT_END = re.compile(r"\b(vite|webpack|gulp|grunt|tailwindcss|parcel|esbuild|rollup|react-scripts|ng serve)\b")
_FOR_TOOLS = {"aiohttp", "tornado", "python-socketio", "starlette"}
LOOKED_FOR = f"requirements.txt, pyproject.toml, Pipfile, setup.py, manage.py, {', '.join(ENTRY_FILES[:5])}"


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Python app; none where other languages have it, and Python serves nothing in it. Raises BuildError."""
    manage = [] if app.has("manage.py") else list(app.files("*/manage.py"))[:1]
    found = tuple(name for name in (*_MANIFESTS, "manage.py", *manage, *ENTRY_FILES) if app.has(name))
    found += ("pyproject.toml",) if app.has("pyproject.toml") and _tells_of_an_app(app, found) else ()
    others = [name for name in _OTHERS if app.has(name)]
    if not others:
        return found or tuple(_only_scripts(app))
    if not found or not _serves(app):
        return ()
    entry = app.has("manage.py", *manage, *ENTRY_FILES)
    return found if entry or others != ["package.json"] or not _is_server(app) else ()


def _tells_of_an_app(app: App, found: tuple[str, ...]) -> bool:
    """Whether pyproject.toml holds more than the settings of linters."""
    content = app.manifest("pyproject.toml").content
    tools = content.get("tool")
    uv = tools.get("uv") if isinstance(tools, dict) else None
    managed = isinstance(tools, dict) and ("poetry" in tools or (isinstance(uv, dict) and "workspace" in uv))
    return bool(found or "project" in content or "build-system" in content or managed)


def _only_scripts(app: App) -> list[str]:
    """Python files, where there is no other sign of what the folder is."""
    return [*app.files("*.py"), *app.files("*/__main__.py", "src/*/__main__.py")][:3]


def _serves(app: App) -> bool:
    """Whether a web framework is used, by what the app depends on."""
    if django_of(app):
        return True
    packages = dependencies_of(installation_of(app, Manifests(app)).lines)
    names = {framework.package or framework.name for framework in FRAMEWORKS.values()} - _FOR_TOOLS
    return packages.first(sorted(names)) is not None


def _is_server(app: App) -> bool:
    """Whether package.json has a start script, and one of more than a front end's tools."""
    start = app.manifest("package.json").mapping("scripts").get("start")
    return isinstance(start, str) and not _FRONT_END.search(start)
