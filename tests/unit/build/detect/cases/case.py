"""One app of the table of what is recognised: the tests look at it, and the page of the manual is made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """An app, and what it is."""

    title: str
    """What it shows, as a line of the manual."""
    files: Mapping[str, str | dict[str, Any]]
    """Path to text; a mapping is written as JSON."""
    expect: Mapping[str, Any]
    """Fields of Detection; `start` as one writes it in a shell, `sources` those that count."""
