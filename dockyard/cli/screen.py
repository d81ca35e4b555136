"""What the user sees: results on standard output, progress and errors on standard error."""

import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_QUIET_SECONDS = 5.0


def say(text: str) -> None:
    """A line of progress."""
    _err.print(text, markup=False)


def result(text: str) -> None:
    """A line of the result."""
    print(text)


def as_json(value: object) -> None:
    """The result as JSON."""
    print(json.dumps(value, indent=2, default=str))


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """The result as a table; nothing where there are no rows."""
    if not rows:
        return
    grid = Table(box=None, pad_edge=False)
    for name in rows[0]:
        grid.add_column(name.replace("_", " "), no_wrap=True)
    for row in rows:
        grid.add_row(*("" if value is None else str(value) for value in row.values()))
    _out.print(grid)


def fault(message: str, hint: str | None) -> None:
    """An error and what to do about it."""
    _err.print("[bold red]error[/]: ", end="")
    _err.print(message, markup=False)
    if hint:
        _err.print("[bold]try[/]:   ", end="")
        _err.print(hint, markup=False)


class Board:
    """Progress by subject: on a terminal a line each, with what is done now; elsewhere a line at each end.

    Used as `with Board() as progress`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, float] = {}
        self._now: dict[str, str] = {}
        self._told: dict[str, float] = {}
        self._live = (
            Live(get_renderable=self._lines, console=_err, refresh_per_second=8, transient=True) if _err.is_terminal else None
        )

    def __enter__(self) -> "Board":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._now.clear()
        if self._live:
            self._live.stop()

    def update(self, subject: str, text: str) -> None:
        """What is being done about the subject now."""
        with self._lock:
            first = subject not in self._now
            if first:
                self._begun[subject] = self._told[subject] = time.monotonic()
            self._now[subject] = text
            quiet = time.monotonic() - self._told[subject]
            if not self._live and (first or quiet > _QUIET_SECONDS):
                self._told[subject] = time.monotonic()
                say(f"  {subject}: {text}")

    def done(self, subject: str, text: str) -> None:
        """How it ended."""
        with self._lock:
            self._now.pop(subject, None)
            _err.print(f"[green]✓[/] {subject}: ", end="")
            _err.print(text, markup=False)

    def _lines(self) -> Table:
        grid = Table.grid(padding=(0, 1))
        with self._lock:
            for subject, text in self._now.items():
                seconds = f"{time.monotonic() - self._begun[subject]:.0f} s"
                grid.add_row(Spinner("dots"), subject, text[: max(20, _err.width - len(subject) - 12)], seconds)
        return grid


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and _err.is_terminal
