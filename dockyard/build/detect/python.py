"""Python apps."""

import re

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.manifest import Manifest
from dockyard.build.detect.requirements import REQUIREMENTS, Requirements, requirements_of
from dockyard.errors import BuildError

VERSION = "3.13"
"""Where the app does not say which."""

_ENTRY_FILES = ("main.py", "app.py", "server.py", "wsgi.py", "asgi.py")
_ASGI, _WSGI = ("fastapi", "starlette", "litestar"), ("flask",)
LOOKED_FOR = f"{REQUIREMENTS}, pyproject.toml, {', '.join(_ENTRY_FILES)}"


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Python app."""
    return tuple(name for name in (REQUIREMENTS, "pyproject.toml", *_ENTRY_FILES) if app.has(name))


def find(app: App) -> Detection:
    """A Python app. Its template needs these details:

    - `dependencies`: what to install by name, where the app is no package that could be installed itself;
    - `requirements`: what an installation from requirements.txt needs: it and the files that it includes; `.`, all, where it
      installs from the app's folder.
    """
    version, version_file = _version(app)
    listed = requirements_of(app.folder) if app.has(REQUIREMENTS) else None
    project = app.manifest("pyproject.toml") if app.has("pyproject.toml") else None
    start, start_file = app.said_start() or _start(app, _packages(listed, project))
    manager, manager_file = "none", None
    dependencies: tuple[str, ...] = ()
    if listed:
        manager, manager_file = "pip", REQUIREMENTS
    elif project:
        dependencies = _by_name(project)
        manager, manager_file = "pip" if dependencies or "build-system" in project.content else "none", "pyproject.toml"
    needed = () if listed is None else (".",) if listed.local else tuple(listed.files)
    return Detection(
        language="python", version=version, package_manager=manager, start=start,
        images={"base": f"python:{version}-slim"}, port=app.port,
        details={"dependencies": dependencies, "requirements": needed},
        sources=sources(version=version_file, package_manager=manager_file, start=start_file),
    )  # fmt: skip


def _by_name(project: Manifest) -> tuple[str, ...]:
    """Dependencies of an app that is no package: `pip install .` would not know what to install."""
    if "build-system" in project.content:
        return ()
    return tuple(" ".join(line.split()) for line in project.texts("project", "dependencies"))


def _version(app: App) -> tuple[str, str | None]:
    if app.wishes.version:
        return app.wishes.version, "service.yaml"
    file = app.has(".python-version")
    if file and (match := re.search(r"\d+\.\d+(\.\d+)?", app.text(file))):
        return match[0], file
    return VERSION, None


def _packages(listed: Requirements | None, project: Manifest | None) -> set[str]:
    """Names of the packages that the app depends on itself."""
    lines = [*(listed.lines if listed else ()), *(project.texts("project", "dependencies") if project else ())]
    found = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line.strip()))}
    standard = any(re.match(r"fastapi\s*\[[^\]]*\b(standard|all)\b", line.strip(), re.IGNORECASE) for line in lines)
    return found | ({"uvicorn"} if standard else set())


def _start(app: App, packages: set[str]) -> Start:
    for name in filter(app.has, _ENTRY_FILES):
        path, module, port = app.folder / name, name.removesuffix(".py"), str(app.port)
        found = re.search(
            r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Flask)\(", app.source(name), re.MULTILINE
        )
        if found and packages & set(_ASGI):
            if "uvicorn" not in packages:
                raise BuildError(f"{path} holds an ASGI app, and {_listed_in(app)} has no server for it", hint="add uvicorn")
            return ("uvicorn", f"{module}:{found[1]}", "--host", "0.0.0.0", "--port", port), name  # noqa: S104
        if found and packages & set(_WSGI):
            if "gunicorn" not in packages:
                raise BuildError(f"{path} holds a WSGI app, and {_listed_in(app)} has no server for it", hint="add gunicorn")
            return ("gunicorn", "--bind", f"0.0.0.0:{port}", f"{module}:{found[1]}"), name
        return ("python", name), name
    raise BuildError(
        f"no start command found in {app.folder} (looked for Procfile and {', '.join(_ENTRY_FILES)})",
        hint="add a Procfile with a line such as web: python run.py",
    )


def _listed_in(app: App) -> str:
    return app.has(REQUIREMENTS, "pyproject.toml") or REQUIREMENTS
