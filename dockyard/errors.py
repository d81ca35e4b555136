"""What can go wrong, in the five kinds that a caller may want to tell apart.

Only `dockyard.cli` catches these. Messages are lower case, say what was got and what to supply, and have no final period.
"""

from collections.abc import Sequence


class DockyardError(Exception):
    """Anything Dockyard can explain. `hint` is the next thing to do, where there is one."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(DockyardError):
    """The command was called with something it cannot use (exit 2)."""

    exit_code = 2


class ConfigError(DockyardError):
    """One or more faults in the project's files, all of those that could be found at once."""

    def __init__(self, problems: Sequence[str], *, hint: str | None = None) -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = tuple(problems)


class PrerequisiteError(DockyardError):
    """Something that must be there first is not; `hint` is the exact command that brings it."""


class BuildError(DockyardError):
    """An image could not be built or pushed."""


class DeployError(DockyardError):
    """A stack could not be deployed."""


class UnwellError(DeployError):
    """A stack was deployed, and what runs by it is not well."""
