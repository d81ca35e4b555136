"""A start command of a Python app, with what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Launch:
    """A start command, and what it needs."""

    command: tuple[str, ...]
    file: str
    """Where it was read."""
    framework: str | None = None
    framework_file: str | None = None
    server: str | None = None
    """The server's package, which must be there."""
    path: str = ""
    """Folder that modules are imported from, beside the app's own."""
    installed: bool = False
    """Whether the app itself must be installed as a package."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that it needs."""
    port: int | None = None
    """The port that the source has written out, where it does not take it from PORT."""
    warnings: tuple[str, ...] = ()
