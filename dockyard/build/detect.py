"""What an app without a Dockerfile is: its language, version, dependencies and start command, and where each was read."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from dockyard.build.manifest import Manifest, read_manifest
from dockyard.build.requirements import REQUIREMENTS, Requirements, requirements_of
from dockyard.build.text import bytes_of, text_of, unreadable
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
    requirements: tuple[str, ...] = ()
    """What an installation from requirements.txt needs: it and the files that it includes; `.`, all, where it installs from
    the app's folder."""
    build: tuple[str, ...] = ()
    """Command that makes what `start` runs, where there is one."""
    sources: tuple[tuple[str, str], ...] = ()
    """Field and the file that it was read from."""


def detect(folder: Path, *, port: int) -> Detection:
    """Look at the files in `folder`. Raises BuildError, with what was looked at, where they do not tell."""
    try:
        if (folder / "package.json").is_file():
            return _node(folder, port)
        if any((folder / name).is_file() for name in (REQUIREMENTS, "pyproject.toml", *_ENTRY_FILES)):
            return _python(folder, port)
        seen = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) if folder.is_dir() else "no folder"
    except OSError as error:
        raise unreadable(error.filename or folder, error) from error
    raise BuildError(
        f"no app recognised in {folder} (looked for package.json, requirements.txt, pyproject.toml, "
        f"{', '.join(_ENTRY_FILES)}; it has: {seen or 'nothing'})",
        hint="add a Dockerfile there, or set image.build.context in service.yaml to the folder with the source",
    )


def _python(folder: Path, port: int) -> Detection:
    version, version_file = _python_version(folder)
    listed = requirements_of(folder) if (folder / REQUIREMENTS).is_file() else None
    project = read_manifest(folder / "pyproject.toml") if (folder / "pyproject.toml").is_file() else None
    start, start_file = _procfile(folder, port) or _python_start(folder, _packages(listed, project), port)
    manager, manager_file = "none", ""
    dependencies: tuple[str, ...] = ()
    if listed:
        manager, manager_file = "pip", REQUIREMENTS
    elif project:
        dependencies = _by_name(project)
        manager, manager_file = "pip" if dependencies or "build-system" in project.content else "none", "pyproject.toml"
    sources = (("version", version_file), ("package_manager", manager_file), ("start", start_file))
    needed = () if listed is None else (".",) if listed.local else tuple(listed.files)
    return Detection("python", version, manager, start, dependencies, needed, sources=sources)


def _by_name(project: Manifest) -> tuple[str, ...]:
    """Dependencies of an app that is no package: `pip install .` would not know what to install."""
    if "build-system" in project.content:
        return ()
    return tuple(" ".join(line.split()) for line in project.texts("project", "dependencies"))


def _python_version(folder: Path) -> tuple[str, str]:
    file = folder / ".python-version"
    if file.is_file() and (match := re.search(r"\d+\.\d+(\.\d+)?", text_of(file))):
        return match[0], ".python-version"
    return PYTHON, "default"


def _packages(listed: Requirements | None, project: Manifest | None) -> set[str]:
    """Names of the packages that the app depends on itself."""
    lines = [*(listed.lines if listed else ()), *(project.texts("project", "dependencies") if project else ())]
    found = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line.strip()))}
    standard = any(re.match(r"fastapi\s*\[[^\]]*\b(standard|all)\b", line.strip(), re.IGNORECASE) for line in lines)
    return found | ({"uvicorn"} if standard else set())


def _python_start(folder: Path, packages: set[str], port: int) -> tuple[tuple[str, ...], str]:
    for name in _ENTRY_FILES:
        path = folder / name
        if not path.is_file():
            continue
        text, module = bytes_of(path).decode(errors="replace"), name.removesuffix(".py")
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
    package = read_manifest(folder / "package.json")
    version, version_file = _node_version(folder, package)
    if not (folder / "package-lock.json").is_file() and package.mapping("dependencies"):
        raise BuildError(
            f"{folder} has no package-lock.json: without it two builds may differ", hint="run: npm install --package-lock-only"
        )
    manager = "npm" if (folder / "package-lock.json").is_file() else "none"
    start, start_file = _procfile(folder, port) or _node_start(folder, package)
    build = ("npm", "run", "build") if "build" in package.mapping("scripts") else ()
    sources = (("version", version_file), ("package_manager", "package-lock.json"), ("start", start_file))
    return Detection("node", version, manager, start, build=build, sources=sources)


def _node_version(folder: Path, package: Manifest) -> tuple[str, str]:
    for name in (".nvmrc", ".node-version"):
        if (folder / name).is_file() and (match := re.search(r"\d+(\.\d+)*", text_of(folder / name))):
            return match[0], name
    engines = package.content.get("engines")
    wanted = str(engines.get("node", "")) if isinstance(engines, dict) else ""
    if match := re.fullmatch(r"[\^~=v]*(\d+)[\d.x*]*", wanted.strip()):
        return match[1], "package.json engines"
    return NODE, "default"


def _node_start(folder: Path, package: Manifest) -> tuple[tuple[str, ...], str]:
    script = package.text("scripts", "start")
    if script is not None:
        words = _words(script, f"{package.file}: scripts.start")
        # npm start does not hand SIGTERM on, so a plain command is run as it is
        plain = words[:1] == ("node",) and not set(script) & set("&|;><$`")
        return (words if plain else ("npm", "start")), "package.json scripts.start"
    main = package.text("main")
    for name in (main, "server.js", "index.js", "app.js"):
        if name and (folder / name).is_file():
            return ("node", name), "package.json main" if name == main else name
    raise BuildError(f"no start command found in {folder}/package.json", hint='add "scripts": {"start": "node server.js"}')


def _procfile(folder: Path, port: int) -> tuple[tuple[str, ...], str] | None:
    file = folder / "Procfile"
    match = re.search(r"^web:\s*(.+)$", text_of(file), re.MULTILINE) if file.is_file() else None
    if not match:
        return None
    command = match[1].strip()
    if re.match(r"\w+=", command):
        return ("sh", "-c", f"exec env {command}"), "Procfile"
    if set(command) & set("&|;><`") or "$" in command.replace("$PORT", "").replace("${PORT}", ""):
        return ("sh", "-c", f"exec {command}"), "Procfile"
    words = _words(command, f"{file}: web")
    return tuple(word.replace("${PORT}", str(port)).replace("$PORT", str(port)) for word in words), "Procfile"


def _words(command: str, where: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise BuildError(f"{where}: {str(error).lower()} in: {command}", hint="close the quote") from error
