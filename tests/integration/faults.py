"""What docs/reliability.md tells of faults: each is a test's own account of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class Fault:
    """One line of the table."""

    area: str
    what: str
    does: str
    """What Dockyard does then."""
    file: str
    """Below tests/."""
    test: str


FAULTS: dict[tuple[str, str], Fault] = {}
"""All that are known, once the module with the tests is imported."""


def fault(area: str, what: str, does: str) -> Callable[[Test], Test]:
    """The test shows that Dockyard does this."""

    def register(test: Test) -> Test:
        shown_by(area, what, does, "integration/test_faults.py", test.__name__)
        return test

    return register


def shown_by(area: str, what: str, does: str, file: str, test: str) -> None:
    """A test elsewhere shows it."""
    FAULTS[area, what] = Fault(area, what, does, file, test)
