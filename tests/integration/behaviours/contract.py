"""What the local AWS does as AWS does, a function each: it needs boto3 and HTTP alone, and is held against AWS by `--aws`.

A behaviour's name is the sentence that docs/local_aws.md has of it, its docstring why it matters. It gets an empty account.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.integration.local_aws import Server

Kind = Literal["acts", "simulated", "stored only", "refused"]
Check = Callable[[Server], None]


@dataclass(frozen=True)
class Behaviour:
    """One line of the table."""

    area: str
    """The module that it is in."""
    extension: str
    """Without this module of dockyard/local/extensions, the check fails."""
    kind: Kind
    check: Check
    only_here: str
    """Why it cannot be held against AWS; empty where it can."""

    @property
    def sentence(self) -> str:
        return self.check.__name__.replace("_", " ")


_found: list[Behaviour] = []


def behaviours() -> list[Behaviour]:
    """All, by area."""
    for module in sorted(Path(__file__).parent.glob("*.py")):
        importlib.import_module(f"tests.integration.behaviours.{module.stem}")
    return sorted(_found, key=lambda one: one.area)


def acts(extension: str, *, only_here: str = "") -> Callable[[Check], Check]:
    """It is as on AWS; seen on AWS too, but where it is told by what only this machine has."""
    return _kind("acts", extension, only_here)


def simulated(extension: str) -> Callable[[Check], Check]:
    """It looks as on AWS, and what AWS would do behind it is not there."""
    return _kind("simulated", extension, "AWS does it")


def stored_only(extension: str) -> Callable[[Check], Check]:
    """It is taken and told, and does nothing."""
    return _kind("stored only", extension, "AWS does it")


def refused(extension: str) -> Callable[[Check], Check]:
    """AWS has it, the local AWS says that it does not."""
    return _kind("refused", extension, "AWS has it")


def _kind(kind: Kind, extension: str, only_here: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _found.append(Behaviour(check.__module__.rsplit(".", 1)[-1], extension, kind, check, only_here))
        return check

    return register
