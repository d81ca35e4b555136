"""The program `dockyard`: its commands, and the one place that turns errors into messages and exit codes."""

import gc
import importlib
import os
import signal
import stat
import sys
import traceback
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from dockyard import __version__
from dockyard.cli import screen
from dockyard.doors.folders import remove_all
from dockyard.doors.process import end_all
from dockyard.errors import ConfigError, DockyardError

_COMMANDS = (
    "up", "down", "dev", "deploy", "destroy", "plan", "prices", "verify", "tags", "detect", "dockerfile", "eject", "build",
    "push", "mirror", "images", "prune", "status", "logs", "exec", "history", "diagram", "scale", "restart", "rollback",
    "promote", "approve", "reject", "run", "secrets", "url", "open", "lock", "pipeline", "asset", "local",
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
_OBJECTS = 50_000
"""How many are made until Python looks for garbage. Its default is 700; imports leave none, and take a tenth longer by that."""
GOES_ON = "what was begun in the account goes on there; run the same command again to follow it"
"""What is told of an interrupt, where the command does not say it by the KeyboardInterrupt itself."""


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
    """Runs a command; turns what it raises into a message and an exit code.

    A command is imported when it is asked for: all of them take a second.
    """

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
        """Run it: exit 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            _interrupted(str(error) or GOES_ON)
        except Exception as error:
            known = error if isinstance(error, DockyardError) else _explained(error)
            if known is None:
                raise
            if "--verbose" in sys.argv:
                traceback.print_exc()
            for message in known.problems if isinstance(known, ConfigError) else [str(known)]:
                screen.fault(message, known.hint)
            raise typer.Exit(known.exit_code) from error


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


def run() -> None:
    """The program."""
    gc.set_threshold(_OBJECTS)
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT is ignored at first where a shell has started us in the background
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wishes it
        signal.signal(signal.SIGHUP, _hung_up)
    app()


def _hung_up(*_: object) -> None:
    """The terminal is gone, and writing to it would fail: nobody is told, and all else is as with Ctrl-C."""
    with Path(os.devnull).open("r+b") as nowhere:
        for stream in (0, 1, 2):
            if stat.S_ISCHR(os.fstat(stream).st_mode):
                os.dup2(nowhere.fileno(), stream)
    raise KeyboardInterrupt


def _interrupted(hint: str) -> None:
    """End at once, with what runs for us and the folders of it; threads that wait for AWS would hold a usual exit up."""
    for number in (signal.SIGINT, signal.SIGTERM):  # one more would leave this, and what runs for us
        signal.signal(number, signal.SIG_IGN)
    end_all()
    remove_all()
    screen.fault("interrupted", hint)
    sys.stderr.flush()
    os._exit(130)


def _explained(error: Exception) -> DockyardError | None:
    """A file or folder that may not be read or written, what the engine said, and what AWS answered; None for a fault of ours."""
    if isinstance(error, OSError) and error.filename:
        return DockyardError(f"{error.filename}: {error.strerror}")
    from dockyard.doors import aws_faults, docker_faults  # noqa: PLC0415  # boto3 takes a while to import

    return docker_faults.explained(error) or aws_faults.explained(error)
