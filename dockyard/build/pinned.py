"""An image that a service was rolled back to, or that it has from another environment: the sources give another tag, and
dockyard.lock says that it is not to run.

It is in ECR, or nowhere: it is never built, as other content would come under its tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dockyard.errors import BuildError


@dataclass(frozen=True)
class Pinned:
    """One service's or sidecar's image."""

    service: str
    repository: str
    tag: str
    of_sources: str
    """The tag that the sources give."""
    is_index: bool
    promoted_from: str | None = None
    """The environment that it was promoted from; None where it was rolled back to."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What counts for the tag, by what it is called to the user."""
        return {f"promoted from {self.promoted_from}" if self.promoted_from else "rolled back to": self.tag}

    @property
    def cautions(self) -> tuple[str, ...]:
        """What its user should know."""
        return (f"stays {self._how} until its sources change; they give {self.of_sources} (pins in dockyard.lock)",)

    @property
    def _how(self) -> str:
        return f"promoted from {self.promoted_from} as {self.tag}" if self.promoted_from else f"rolled back to {self.tag}"

    def gone(self) -> BuildError:
        """That ECR has it no more."""
        return BuildError(
            f"{self.service} is {self._how}, and ECR has no {self.repository}:{self.tag}",
            hint=f"go back to another version: dockyard history {self.service}; or take its pin out of dockyard.lock",
        )
