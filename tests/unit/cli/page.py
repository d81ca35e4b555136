"""Writes docs/cli.md from the commands' help: python -m tests.unit.cli.page."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import typer.main

from dockyard.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
EXAMPLE = re.compile(r"^Example: (.+)$", re.M)
_HEAD = """# The commands

Made from `dockyard COMMAND --help`. Results go to standard output, progress and errors to standard error. Exit code: 0 done, 1
failed, 2 wrong usage, 10 there is something to do (`plan`), 130 interrupted.
"""


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """All of them, with their whole names, but for those that are hidden."""
    group = typer.main.get_command(app)
    yield from _below("dockyard", group)


def _below(name, group):
    context = typer.Context(group)
    for one in group.list_commands(context):
        command = group.get_command(context, one)
        if hasattr(command, "list_commands"):
            yield from _below(f"{name} {one}", command)
        elif not command.hidden:
            yield f"{name} {one}", command


def written() -> str:
    """The page."""
    return "\n".join([_HEAD, *(_section(*one) for one in commands())])


def _section(name, command) -> str:
    text = inspect.cleandoc(command.help)
    (example,) = EXAMPLE.findall(text)
    words = [_argument(param) for param in command.params if _is_argument(param)]
    rows = [f"| `{_names(param)}` | {_told(param)} |" for param in command.params if param.name != "help"]
    return "\n".join(
        [
            f"## {name}\n", f"`{' '.join([name, *words])}`\n", EXAMPLE.sub("", text).strip() + "\n", f"```console\n$ {example}\n```\n",
            *(["| | |", "|---|---|", *rows, ""] if rows else []),
        ]
    )  # fmt: skip


def _is_argument(param) -> bool:
    return param.param_type_name == "argument"


def _argument(param) -> str:
    name = (param.metavar or param.name.upper()).rstrip("…") + ("…" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _names(param) -> str:
    if _is_argument(param):
        return _argument(param)
    names = ", ".join([*param.opts, *param.secondary_opts])
    return names if param.is_flag else f"{names} {param.metavar or param.name.upper()}"


def _told(param) -> str:
    text = (param.help or "").replace("|", "\\|")
    default = param.default
    shown = default not in (None, False, "", ()) and not param.required and "efault" not in text and not callable(default)
    return text + (f" Default: {default}." if shown else "")


if __name__ == "__main__":
    PAGE.write_text(written())
