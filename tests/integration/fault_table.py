"""Writes the table of faults into docs/reliability.md: python -m tests.integration.fault_table."""

import importlib
from itertools import groupby
from pathlib import Path

from tests.integration.faults import FAULTS, Fault

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->\n", "<!-- faults: end -->\n"


def faults() -> list[Fault]:
    """All, by area."""
    importlib.import_module("tests.integration.test_faults")
    return sorted(FAULTS.values(), key=lambda one: one.area)


def written(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_table()}\n{END}{after}"


def _table() -> str:
    rows = ["| Fault | What Dockyard does | Test |", "|---|---|---|"]
    for area, group in groupby(faults(), key=lambda one: one.area):
        rows.append(f"| **{area}** | | |")
        rows += [f"| {one.what} | {one.does[0].upper()}{one.does[1:]} | `{one.test}` |" for one in group]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
