"""Writes the table of behaviours into docs/local_aws.md: python -m tests.integration.behaviours.table."""

from itertools import groupby
from pathlib import Path

from tests.integration.behaviours.contract import Behaviour, behaviours
from tests.pages import with_table

PAGE = Path(__file__).parents[3] / "docs" / "local_aws.md"


def written(page: str) -> str:
    """The page with its table made anew."""
    return with_table(page, "behaviours", _table())


def _table() -> str:
    rows = ["| Behaviour | | Extension |", "|---|---|---|"]
    for area, group in groupby(behaviours(), key=lambda one: one.area):
        rows.append(f"| **{area.replace('_', ' ').capitalize()}** | | |")
        rows += [f"| {one.sentence[0].upper()}{one.sentence[1:]} | {_kind(one)} | `{one.extension}` |" for one in group]
    return "\n".join(rows) + "\n"


def _kind(one: Behaviour) -> str:
    return f"{one.kind}, here" if one.kind == "acts" and one.only_here else one.kind


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
