"""The commands of `dockyard`."""

import importlib
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from dockyard import __version__
from dockyard.cli import screen
from dockyard.cli.ending import ending

_COMMANDS = (
    "init", "up", "down", "dev", "deploy", "destroy", "plan", "prices", "verify", "tags", "detect", "dockerfile", "eject",
    "build", "push", "mirror", "images", "prune", "status", "logs", "exec", "history", "diagram", "scale", "restart",
    "rollback", "promote", "approve", "reject", "run", "secrets", "url", "open", "lock", "pipeline", "asset", "local",
)  # fmt: skip
"""In the order of the help. Each is a module of this package, with a function of the same name, or a group named `app`."""
_HIDDEN = {"asset"}
_ELSEWHERE = {
    "audit": "history", "releases": "history", "details": "status", "ps": "status", "show": "status", "delete": "destroy",
    "remove": "destroy", "pause": "scale", "resume": "scale", "start": "scale", "stop": "scale", "shell": "exec", "ssh": "exec",
    "task": "run",
}  # fmt: skip
"""What Copilot, Kamal and others call a command, to what it is here."""
_GROUPS = ("app", "job", "svc", "task")
"""What they put before it."""


class _Sparing:
    """Lets a value that nobody gave be the default. Typer checks it as well, and takes a tenth of a second to import by what."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with that of the help."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the command that this is mixed into
        for parameter in found:
            if "process_value" not in vars(parameter):
                parameter.process_value = _sparing(parameter)
        return found


def _sparing(parameter: Any) -> Callable[[Any, Any], Any]:
    check = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        if value is None and not parameter.required:
            nothing = () if parameter.multiple or parameter.nargs == -1 else None
            return parameter.callback(ctx, parameter, nothing) if parameter.callback else nothing
        is_default = parameter.callback is None and type(value) in (int, str) and value == parameter.default
        return value if is_default else check(ctx, value)

    return process_value


class _Command(_Sparing, TyperCommand):
    """One command."""


class _Commands(_Sparing, TyperGroup):
    """Runs a command, which is imported when it is asked for: all of them take a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command; None where there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"dockyard.cli.{cmd_name}")
        given = getattr(module, "app", None)
        if given is None:
            given = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            given.command(cls=_Command, hidden=cmd_name in _HIDDEN)(getattr(module, cmd_name))
        command = typer.main.get_command(given)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is asked for; of one that there is not, the one that may be meant is told."""
        if args[0] not in _COMMANDS and (meant := _meant(args)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {meant!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run it, to an end as `ending` has it."""
        with ending():
            return super().invoke(ctx)


def _meant(args: list[str]) -> str | None:
    """The command that may be meant: its name elsewhere, after whatever stands before it there, or one that is close."""
    words = args[1:2] if args[0] in _GROUPS and args[1:] else args[:1]
    known = [_ELSEWHERE.get(word, word) for word in (*words, args[0])]
    close = [found for word in known for found in get_close_matches(word, _COMMANDS, n=1)]
    return close[0] if close else None


app = typer.Typer(
    cls=_Commands,
    name="dockyard",
    help="Bring containers to AWS with CDK: build, push and deploy, on a laptop or in an account.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        screen.result(__version__)
        raise typer.Exit


@app.callback()
def options(
    verbose: bool = typer.Option(False, "--verbose", help="On an error, show where in the code it came from."),
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version and end."),
) -> None:
    """Options that stand before the command."""
