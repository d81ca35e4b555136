"""A small made-up app, and what is to be found in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One app."""

    title: str
    files: Mapping[str, str | dict]
    """Path to text, or to what is written as JSON."""
    expect: Mapping[str, Any]
    """Some fields of the Detection: `start` as one line of a shell, `sources` as those that matter."""
