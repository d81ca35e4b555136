"""What an app without a Dockerfile is: its language, version, dependencies and start command, and where each was read."""

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockyard.errors import BuildError

PYTHON = "3.13"
"""Python where the app does not say which."""
NODE = "24"
"""Node.js where the app does not say which: the active long-term release."""

_ENTRY_FILES = ("main.py", "app.py", "server.py", "wsgi.py", "asgi.py")
_ASGI, _WSGI = ("fastapi", "starlette", "litestar"), ("flask",)


@dataclass(frozen=True)
class Detection:
    """What was found in a folder."""

    language: str
    """`python` or `node`."""
    version: str
    """Version of the language, as a tag of its image has it: `3.13`, `24`."""
    package_manager: str
    """`pip`, `npm`, or `none` where there is nothing to install."""
    start: tuple[str, ...]
    """Program and arguments."""
    dependencies: tuple[str, ...] = ()
    """What to install by name, where the app is no package that could be installed itself."""
    build: tuple[str, ...] = ()
    """Command that makes what `start` runs, where there is one."""
    sources: tuple[tuple[str, str], ...] = ()
    """Field and the file that it was read from."""


def detect(folder: Path, *, port: int) -> Detection:
    """Look at the files in `folder`. Raises BuildError, with what was looked at, where they do not tell."""
    if (folder / "package.json").is_file():
        return _node(folder, port)
    if any((folder / name).is_file() for name in ("requirements.txt", "pyproject.toml", *_ENTRY_FILES)):
        return _python(folder, port)
    seen = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) if folder.is_dir() else "no folder"
    raise BuildError(
        f"no app recognised in {folder} (looked for package.json, requirements.txt, pyproject.toml, "
        f"{', '.join(_ENTRY_FILES)}; it has: {seen or 'nothing'})",
        hint="add a Dockerfile there, or set image.build.context in service.yaml to the folder with the source",
    )


def _python(folder: Path, port: int) -> Detection:
    version, version_file = _python_version(folder)
    requirements = folder / "requirements.txt"
    manager, manager_file = ("pip", "requirements.txt") if requirements.is_file() else ("none", "")
    if manager == "none" and (folder / "pyproject.toml").is_file():
        manager, manager_file = "pip", "pyproject.toml"
    start, start_file = _procfile(folder, port) or _python_start(folder, _packages(folder), port)
    sources = (("version", version_file), ("package_manager", manager_file), ("start", start_file))
    dependencies: tuple[str, ...] = ()
    if manager_file == "pyproject.toml" and "build-system" not in (project := _pyproject(folder)):
        dependencies = tuple(project.get("project", {}).get("dependencies", []))
        manager = manager if dependencies else "none"
    return Detection("python", version, manager, start, dependencies, sources=sources)


def _pyproject(folder: Path) -> dict[str, Any]:
    return _parsed(folder / "pyproject.toml", "TOML", tomllib.loads)


def _python_version(folder: Path) -> tuple[str, str]:
    file = folder / ".python-version"
    if file.is_file() and (match := re.search(r"\d+\.\d+(\.\d+)?", file.read_text())):
        return match[0], ".python-version"
    return PYTHON, "default"


def _packages(folder: Path) -> set[str]:
    """Names of the packages that the app depends on itself."""
    lines: list[str] = []
    if (folder / "requirements.txt").is_file():
        lines += (folder / "requirements.txt").read_text().splitlines()
    if (folder / "pyproject.toml").is_file():
        lines += _pyproject(folder).get("project", {}).get("dependencies", [])
    found = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line.strip()))}
    standard = any(re.match(r"fastapi\s*\[[^\]]*\b(standard|all)\b", line.strip(), re.IGNORECASE) for line in lines)
    return found | ({"uvicorn"} if standard else set())


def _python_start(folder: Path, packages: set[str], port: int) -> tuple[tuple[str, ...], str]:
    for name in _ENTRY_FILES:
        path = folder / name
        if not path.is_file():
            continue
        text, module = path.read_text(), name.removesuffix(".py")
        app = re.search(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Flask)\(", text, re.MULTILINE)
        if app and packages & set(_ASGI):
            if "uvicorn" not in packages:
                raise BuildError(f"{path} holds an ASGI app, and {_listed_in(folder)} has no server for it", hint="add uvicorn")
            return ("uvicorn", f"{module}:{app[1]}", "--host", "0.0.0.0", "--port", str(port)), name  # noqa: S104
        if app and packages & set(_WSGI):
            if "gunicorn" not in packages:
                raise BuildError(f"{path} holds a WSGI app, and {_listed_in(folder)} has no server for it", hint="add gunicorn")
            return ("gunicorn", "--bind", f"0.0.0.0:{port}", f"{module}:{app[1]}"), name
        return ("python", name), name
    raise BuildError(
        f"no start command found in {folder} (looked for Procfile and {', '.join(_ENTRY_FILES)})",
        hint="add a Procfile with a line such as web: python run.py",
    )


def _listed_in(folder: Path) -> str:
    return "pyproject.toml" if not (folder / "requirements.txt").is_file() else "requirements.txt"


def _node(folder: Path, port: int) -> Detection:
    package = _parsed(folder / "package.json", "JSON", json.loads)
    version, version_file = _node_version(folder, package)
    if not (folder / "package-lock.json").is_file() and package.get("dependencies"):
        raise BuildError(
            f"{folder} has no package-lock.json: without it two builds may differ", hint="run: npm install --package-lock-only"
        )
    manager = "npm" if (folder / "package-lock.json").is_file() else "none"
    scripts = package.get("scripts") or {}
    start, start_file = _procfile(folder, port) or _node_start(folder, package)
    build = ("npm", "run", "build") if "build" in scripts else ()
    sources = (("version", version_file), ("package_manager", "package-lock.json"), ("start", start_file))
    return Detection("node", version, manager, start, build=build, sources=sources)


def _node_version(folder: Path, package: dict[str, object]) -> tuple[str, str]:
    for name in (".nvmrc", ".node-version"):
        if (folder / name).is_file() and (match := re.search(r"\d+(\.\d+)*", (folder / name).read_text())):
            return match[0], name
    engines = package.get("engines")
    wanted = str(engines.get("node", "")) if isinstance(engines, dict) else ""
    if match := re.fullmatch(r"[\^~=v]*(\d+)[\d.x*]*", wanted.strip()):
        return match[1], "package.json engines"
    return NODE, "default"


def _node_start(folder: Path, package: dict[str, object]) -> tuple[tuple[str, ...], str]:
    scripts = package.get("scripts")
    script = scripts.get("start") if isinstance(scripts, dict) else None
    if isinstance(script, str):
        words = shlex.split(script)
        # npm start does not hand SIGTERM on, so a plain command is run as it is
        plain = words[:1] == ["node"] and not set(script) & set("&|;><$`")
        return (tuple(words) if plain else ("npm", "start")), "package.json scripts.start"
    main = package.get("main")
    for name in (main if isinstance(main, str) else None, "server.js", "index.js", "app.js"):
        if name and (folder / name).is_file():
            return ("node", name), "package.json main" if name == main else name
    raise BuildError(f"no start command found in {folder}/package.json", hint='add "scripts": {"start": "node server.js"}')


def _procfile(folder: Path, port: int) -> tuple[tuple[str, ...], str] | None:
    file = folder / "Procfile"
    match = re.search(r"^web:\s*(.+)$", file.read_text(), re.MULTILINE) if file.is_file() else None
    if not match:
        return None
    command = match[1].strip()
    if re.match(r"\w+=", command):
        return ("sh", "-c", f"exec env {command}"), "Procfile"
    if set(command) & set("&|;><`") or "$" in command.replace("$PORT", "").replace("${PORT}", ""):
        return ("sh", "-c", f"exec {command}"), "Procfile"
    return tuple(word.replace("${PORT}", str(port)).replace("$PORT", str(port)) for word in shlex.split(command)), "Procfile"


def _parsed(file: Path, kind: str, parse: Callable[[str], Any]) -> dict[str, Any]:
    try:
        content = parse(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"{file}: not valid {kind}: {error}", hint="mend the file") from error
    if not isinstance(content, dict):
        raise BuildError(f"{file}: should be a mapping of keys", hint="mend the file")
    return content
