"""A small app, and what is found in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One line of the table of a language."""

    title: str
    files: Mapping[str, str | dict]
    """Path to text; a mapping is written as JSON."""
    expect: Mapping[str, Any]
    """A subset of the fields of Detection; `start` as one shell string, `sources` as the mapping's part that counts."""
