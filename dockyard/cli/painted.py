"""Tables and lines with colours where somebody looks at them; elsewhere the same text without."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.text import Text

GAP = "  "
Row = Mapping[str, str | Text | None]


def console(*, soft_wrap: bool = True) -> Console:
    """Standard output; what users write is no markup.

    :param soft_wrap: leave long lines to the terminal, so that they are copied as one. What is redrawn must wrap them itself.
    """
    return Console(soft_wrap=soft_wrap, highlight=False, markup=False, emoji=False)


def width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere, and may be of any width."""
    return Console().width if sys.stdout.isatty() else None


def grid(rows: Sequence[Row], columns: int | None, least: Sequence[str] = ()) -> list[Text]:
    """A table, a line each, without empty columns.

    :param columns: that it may be wide; None for any width.
    :param least: columns that are left out where it would be wider, the first one first.
    """
    names = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    for going in (None, *least):
        names = [name for name in names if name != going]
        cells = [[Text(name) for name in names], *([_cell(row[name]) for name in names] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        if columns is None or sum(widths) + len(GAP) * (len(widths) - 1) <= columns:
            break
    return [_line(line, widths) for line in cells] if names else []


def _cell(value: str | Text | None) -> Text:
    return value.copy() if isinstance(value, Text) else Text(value or "")


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text()
    for number, (cell, size) in enumerate(zip(cells, widths, strict=True)):
        line.append(GAP if number else "")
        line.append_text(cell)
        line.append(" " * (size - len(cell)))
    line.rstrip()
    return line


_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(length: timedelta) -> str:
    """How long, in the largest unit that there is at least one of: `3 h`."""
    seconds = max(0, int(length.total_seconds()))
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds // size} {unit}"


def ago(moment: datetime) -> str:
    """`3 h ago`."""
    return f"{span(datetime.now(UTC) - moment)} ago"
