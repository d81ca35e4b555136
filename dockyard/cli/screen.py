"""What the user sees: results on standard output, progress and errors on standard error."""

import functools
import json
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from dockyard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

_QUIET_SECONDS = 5.0
_SAME_SECONDS = 60.0
_ASKED_FOR = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""Variables by which rich draws where no terminal is. https://rich.readthedocs.io/en/stable/console.html#environment-variables"""
_CONTROLS = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""What moves a terminal's cursor is left out, as rich does."""
_making = threading.Lock()


def _err() -> "Console":
    """Standard error; one for all threads."""
    with _making:
        return _console()


@functools.cache
def _console() -> "Console":
    """What draws is imported once there is something to tell, and by then builds are under way."""
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)  # what users write is no markup


def _is_plain() -> bool:
    """Whether standard error takes lines and neither colours nor a display, by what rich would say; it takes time to import."""
    return not sys.stderr.isatty() and not any(name in os.environ for name in _ASKED_FOR)


def _tell(*parts: str | tuple[str, str]) -> None:
    """A line of these parts, some with a style; in one go: the display is redrawn between two, and others print as well."""
    if _is_plain():
        text = "".join(part if isinstance(part, str) else part[0] for part in parts)
        sys.stderr.write(f"{text.translate(_CONTROLS)}\n")
        sys.stderr.flush()
        return
    from rich.text import Text  # noqa: PLC0415

    _err().print(Text.assemble(*parts))


def say(text: str) -> None:
    """A line of progress."""
    _tell(text)


def warn(text: str) -> None:
    """What the user should know, though all goes on."""
    _tell(("!", "yellow"), f" {text}")


def result(text: str) -> None:
    """A line of the result."""
    print(text)


def as_json(value: object) -> None:
    """The result as JSON."""
    print(json.dumps(value, indent=2, default=str))


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """The result as a table, whole however narrow the terminal is, without empty columns; nothing where there are no rows."""
    if not rows:
        return
    names = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    lines = [[name.replace("_", " ") for name in names]]
    lines += [["" if row[name] is None else str(row[name]) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def fault(message: str, hint: str | None) -> None:
    """An error and what to do about it."""
    _tell(("error", "bold red"), f": {message}")
    if hint:
        _tell(("try", "bold"), f":   {hint}")


class Board:
    """Progress by subject: on a terminal a line each, with what is done now; elsewhere a line at each end and now and then.

    Used as `with Board() as progress`.
    """

    def __init__(self, quiet_seconds: float = _QUIET_SECONDS, same_seconds: float = _SAME_SECONDS) -> None:
        """Make a board.

        :param quiet_seconds: between two lines of a subject, where no terminal is.
        :param same_seconds: until the same line is told again there.
        """
        self._quiet, self._same = quiet_seconds, same_seconds
        self._lock = threading.Lock()
        self._begun: dict[str, float] = {}
        self._now: dict[str, str] = {}
        self._told: dict[str, float] = {}
        self._said: dict[str, str] = {}
        self._ended = False

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._ended = True
            self._now.clear()
            if live := vars(self).get("_live"):
                live.stop()

    @functools.cached_property
    def _live(self) -> "Live | None":
        """What is redrawn, from when there is something to tell until the end; None where no terminal is."""
        if _is_plain() or not _err().is_terminal:
            return None
        from rich.live import Live  # noqa: PLC0415

        live = Live(get_renderable=self._lines, console=_err(), refresh_per_second=8, transient=True)
        live.start()
        return live

    def update(self, subject: str, text: str) -> None:
        """What is being done about the subject now; of no use once the block has ended."""
        with self._lock:
            if self._ended:
                return
            first = subject not in self._now
            if first:
                self._begun[subject] = self._told[subject] = time.monotonic()
            self._now[subject] = text
            quiet = time.monotonic() - self._told[subject]
            if not self._live and (first or quiet > (self._same if text == self._said.get(subject) else self._quiet)):
                self._told[subject], self._said[subject] = time.monotonic(), text
                say(f"  {subject}: {text}")

    def event(self, subject: str, text: str) -> None:
        """What has happened, a line of its own."""
        with self._lock:
            self._told[subject] = time.monotonic()
            self._begun.setdefault(subject, self._told[subject])
            self._now[subject] = self._said[subject] = text
            say(f"  {subject}: {text}")

    def note(self, subject: str, text: str) -> None:
        """What is to be seen whatever comes after it: something does not go well."""
        with self._lock:
            warn(f"{subject}: {text}")

    def done(self, subject: str, text: str) -> None:
        """How it ended."""
        with self._lock:
            self._now.pop(subject, None)
            _tell(("✓", "green"), f" {subject}: {text}")

    def ask(self, question: str, hint: str) -> bool:
        """Whether the user agrees. Raises UsageError with the hint where nobody can be asked."""
        if not is_terminal():
            raise UsageError(f"{question}? there is nobody to ask", hint=hint)
        with self._lock:  # nothing is printed meanwhile
            if self._live:
                self._live.stop()
            try:
                return agrees(question)
            finally:
                if self._live:
                    self._live.start()

    def _lines(self) -> "Table":
        """What is done now. Without our lock: here the display holds its own, and who prints takes them in the other order."""
        from rich.spinner import Spinner  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        grid = Table.grid(padding=(0, 1))
        for subject, text in self._now.copy().items():
            seconds = f"{time.monotonic() - self._begun[subject]:.0f} s"
            grid.add_row(Spinner("dots"), Text(subject), Text(text[: max(20, _err().width - len(subject) - 12)]), seconds)
        return grid


def agrees(question: str, interrupted: str = "") -> bool:
    """Whether the user agrees. Ctrl-C is an interrupt here as elsewhere; typer would end as where the answer is no.

    :param interrupted: what is told of an interrupt then.
    """
    from typer import Abort, confirm  # noqa: PLC0415  # it takes time to import, and hardly anything is asked

    try:
        return confirm(question, err=True)
    except Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt(*filter(None, [interrupted])) from None
        raise


def agree(question: str) -> None:
    """Ask before anything is done, and end where the answer is no (exit 1)."""
    from typer import Abort  # noqa: PLC0415  # as of `agrees`

    if not agrees(question, "nothing was changed; run the same command again"):
        raise Abort


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and _err().is_terminal


def leave(code: int) -> NoReturn:
    """End at once: threads that wait for AWS would hold a usual exit up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
