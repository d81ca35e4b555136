"""Writes the table of faults into docs/reliability.md: python -m tests.integration.fault_table."""

import importlib
from itertools import groupby
from pathlib import Path

from tests.integration.faults import FAULTS, Fault
from tests.pages import with_table

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"


def faults() -> list[Fault]:
    """All, by area."""
    importlib.import_module("tests.integration.test_faults")
    return sorted(FAULTS.values(), key=lambda one: one.area)


def written(page: str) -> str:
    """The page with its table made anew."""
    return with_table(page, "faults", _table())


def _table() -> str:
    rows = ["| Fault | What Dockyard does | Test |", "|---|---|---|"]
    for area, group in groupby(faults(), key=lambda one: one.area):
        rows.append(f"| **{area}** | | |")
        rows += [f"| {one.what} | {one.does[0].upper()}{one.does[1:]} | `{one.test}` |" for one in group]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
