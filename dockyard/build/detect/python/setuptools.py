"""What a setup.cfg and a setup.py say of an app. Neither is run: of setup.py, what is written out counts.

https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.python.syntax import parsed
from dockyard.errors import BuildError


@dataclass(frozen=True)
class Setup:
    """An installation by setuptools, as far as it is told without running it."""

    file: str | None = None
    requires: tuple[str, ...] = ()
    python: str | None = None
    scripts: tuple[tuple[str, str], ...] = ()
    """Name and target of each console script."""


def setup_of(app: App) -> Setup:
    """From setup.py where there is one, and from setup.cfg. Raises BuildError where the latter is damaged."""
    config = _from_config(app) if app.has("setup.cfg") else Setup()
    script = _from_script(app) if app.has("setup.py") else Setup()
    return Setup(
        script.file or config.file, (*config.requires, *script.requires), script.python or config.python,
        (*config.scripts, *script.scripts),
    )  # fmt: skip


def _from_config(app: App) -> Setup:
    import configparser  # noqa: PLC0415  # few apps have such a file

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(app.text("setup.cfg"))
    except configparser.Error as error:
        raise BuildError(f"{app.folder / 'setup.cfg'}: {str(error).splitlines()[0]}", hint="mend the file") from error
    if not any(name == "metadata" or name.startswith("options") for name in parser.sections()):
        return Setup()  # of other tools
    return Setup(
        "setup.cfg",
        _lines(parser.get("options", "install_requires", fallback="")),
        parser.get("options", "python_requires", fallback=None),
        tuple(_targets(_lines(parser.get("options.entry_points", "console_scripts", fallback="")))),
    )


def _from_script(app: App) -> Setup:
    tree = parsed(app.source("setup.py"))
    values: dict[str, Any] = {}
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = _value(node.value, values)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] == "setup":
            said = {keyword.arg: _value(keyword.value, values) for keyword in node.keywords if keyword.arg}
            points, python = said.get("entry_points"), said.get("python_requires")
            scripts = points.get("console_scripts", []) if isinstance(points, Mapping) else []
            return Setup(
                "setup.py", tuple(_texts(said.get("install_requires"))), python if isinstance(python, str) else None,
                tuple(_targets(_texts(scripts))),
            )  # fmt: skip
    return Setup("setup.py")


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """What is written out there, or was given that name before; None where it is computed."""
    if isinstance(node, ast.Name):
        return values.get(node.id)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _lines(value)
    elif isinstance(value, list | tuple | set):
        yield from (item for item in value if isinstance(item, str))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(stripped for line in text.splitlines() if (stripped := line.strip()) and not stripped.startswith("#"))


def _targets(entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        name, _, target = entry.partition("=")
        if name.strip() and target.strip():
            yield name.strip(), target.strip()
