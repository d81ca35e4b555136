"""The program `dockyard`. A push of which next to nothing changed ends before the parser of commands is imported.

It takes as long to import as all that such a push asks of the registry.
"""

import atexit
import gc
import os
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockyard.doors.waiting import Waiting

_OBJECTS = 50_000
"""How many are made until Python looks for garbage. Its default is 700; imports leave none, and take a tenth longer by that."""

_OPTIONS = ("BUILDX_BUILDER", "DOCKYARD_JOBS")
"""Variables that give options of a push, which the parser reads."""


def run() -> None:
    """The program."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # it ends sooner where it does not look for any at its end either
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT is ignored at first where a shell has started us in the background
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wishes it
        signal.signal(signal.SIGHUP, _hung_up)
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115  # it is closed, and nobody is told
    waiting = _begun(sys.argv[1:])
    from dockyard.cli.ending import ending  # noqa: PLC0415  # an interrupt is told from here on

    with ending():
        if _pushed(sys.argv[1:], waiting):
            return
        from dockyard.cli.main import app  # noqa: PLC0415  # as is said above
    app()


def _may_push(arguments: Sequence[str]) -> bool:
    """Whether it is a push that the parser need not read."""
    command, *options = arguments or [""]
    return command == "push" and set(options) <= {"--json"} and not any(name in os.environ for name in _OPTIONS)


def _begun(arguments: Sequence[str]) -> "Waiting | None":
    """What a build may wait for, begun before all else."""
    if not _may_push(arguments):
        return None
    from dockyard.cli.ahead import begun_ahead  # noqa: PLC0415  # of no other command

    return begun_ahead(os.environ.get("DOCKYARD_ENV"))


def _pushed(arguments: Sequence[str], waiting: "Waiting | None") -> bool:
    """Whether it was a push that is over by now."""
    if not _may_push(arguments):
        return False
    from dockyard.cli.push_early import push_early, tried  # noqa: PLC0415  # of no other command
    from dockyard.cli.root import project_root  # noqa: PLC0415
    from dockyard.defaults import JOBS  # noqa: PLC0415
    from dockyard.deploy.looking import look  # noqa: PLC0415

    try:
        root = project_root(None)
        seen, environment, json = look(root), os.environ.get("DOCKYARD_ENV"), "--json" in arguments
        if seen and push_early(root, environment, seen, JOBS, json=json, waiting=waiting):
            return True
        tried.append(seen)
        return False
    finally:
        if waiting:
            waiting.drop()


def _hung_up(*_: object) -> None:
    """The terminal is gone, and writing to it would fail: nobody is told, and all else is as with Ctrl-C."""
    with Path(os.devnull).open("r+b") as nowhere:
        for stream in (0, 1, 2):
            if stat.S_ISCHR(os.fstat(stream).st_mode):
                os.dup2(nowhere.fileno(), stream)
    raise KeyboardInterrupt
