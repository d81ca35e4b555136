"""Django: where manage.py and the settings are, the module that serves it, and whether static files are collected.

https://docs.djangoproject.com/en/stable/howto/deployment/
"""

import ast
import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from dockyard.build.detect.app import App
from dockyard.build.detect.python.syntax import parsed

_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")
_FOR_NOW = {"int": "1", "float": "1", "bool": "0"}
_READERS = ("env", "config", "get_env")
_LENIENT = ("getenv", "environ.get")
"""They give None where there is no such variable: only for a secret key, Django then stops."""


@dataclass(frozen=True)
class Django:
    """A Django project."""

    folder: str
    """Where manage.py is, relative to the app; empty where that is the app's own folder."""
    settings: str | None
    wsgi: str | None
    """`module:object`, imported from `folder`."""
    asgi: str | None
    asynchronous: bool
    """Whether its settings name an ASGI application."""
    gis: bool
    collectstatic: str | None
    """The command that collects static files, where the settings say where to."""
    settings_file: str | None

    @property
    def manage(self) -> str:
        """Path of manage.py."""
        return posixpath.join(self.folder, "manage.py")


def django_of(app: App) -> Django | None:
    """The project whose manage.py lies in the app's folder or one below."""
    manage = app.has("manage.py") or next(app.files("*/manage.py"), None)
    if manage is None or "django" not in app.source(manage).lower():
        return None
    folder = posixpath.dirname(manage)
    match = _SETTINGS.search(app.source(manage))
    settings = match[1] if match else None
    files = list(_settings_files(app, folder, settings))
    text = "\n".join(app.source(file) for file in files)
    static = next((file for file in files if re.search(r"^\s*STATIC_ROOT\s*(:.*)?=", app.source(file), re.MULTILINE)), None)
    return Django(
        folder, settings, _served(app, folder, settings, "wsgi"), _served(app, folder, settings, "asgi"),
        re.search(r"^\s*ASGI_APPLICATION\s*=", text, re.MULTILINE) is not None, "django.contrib.gis" in text,
        _collect(manage, app, files) if static and "django.contrib.staticfiles" in text else None, static,
    )  # fmt: skip


def _settings_files(app: App, folder: str, settings: str | None) -> Iterator[str]:
    """The settings' modules: settings.py, or all that lie beside it where settings are a package."""
    if settings is None:
        return
    path = posixpath.join(folder, *settings.split("."))
    package = path if app.has(f"{path}/__init__.py") else posixpath.dirname(path)
    if app.has(f"{path}.py") and posixpath.basename(package) not in ("settings", "conf"):
        yield f"{path}.py"
    else:
        yield from app.files(f"{package}/*.py")


def _served(app: App, folder: str, settings: str | None, name: str) -> str | None:
    """The module beside the settings, or above them where they are a package; else the first of that name."""
    parts = settings.split(".") if settings else []
    beside = ["/".join([*parts[:length], f"{name}.py"]) for length in range(len(parts) - 1, -1, -1)]
    start = f"{folder}/" if folder else ""
    others = (file.removeprefix(start) for file in app.files(f"{start}*/{name}.py", f"{start}*/*/{name}.py"))
    found = next((file for file in beside if app.has(start + file)), None) or next(others, None)
    return f"{found.removesuffix('.py').replace('/', '.')}:application" if found else None


def _collect(manage: str, app: App, files: list[str]) -> str:
    """The command, with something for each variable that the settings want and no file of the app has."""
    values = dict(pair for file in files for pair in _wanted(app.source(file)))
    given = [f"{name}={shlex.quote(value)}" for name, value in sorted(values.items())]
    return " ".join([*(["env", *given] if given else []), "python", shlex.quote(manage), "collectstatic", "--noinput"])


def _wanted(text: str) -> Iterator[tuple[str, str]]:
    """Environment variables that are read without a default, with a value of the right type."""
    tree = parsed(text)
    for node in ast.walk(tree) if tree else ():
        kind, name = "", None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            name = node.slice
        elif isinstance(node, ast.Call) and len(node.args) == 1 and not any(word.arg == "default" for word in node.keywords):
            reader = ast.unparse(node.func).removeprefix("os.")
            cast = next((ast.unparse(word.value) for word in node.keywords if word.arg == "cast"), "")
            kind = cast or reader.partition(".")[2]
            strict = reader.partition(".")[0] in _READERS or (reader in _LENIENT and "SECRET" in ast.unparse(node.args[0]))
            name = node.args[0] if strict else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*", name.value):
            is_url = kind in ("db", "db_url") or ("DATABASE" in name.value and "URL" in name.value)
            yield name.value, "sqlite:////tmp/build.sqlite3" if is_url else _FOR_NOW.get(kind, "build")
