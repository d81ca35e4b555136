"""An image that a service was rolled back to: the sources give another tag, and dockyard.lock says that it is not to run.

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

    @property
    def settings(self) -> Mapping[str, str]:
        """What counts for the tag, by what it is called to the user."""
        return {"rolled back to": self.tag}

    @property
    def cautions(self) -> tuple[str, ...]:
        """What its user should know."""
        return (f"stays rolled back to {self.tag} until its sources change; they give {self.of_sources} (pins in dockyard.lock)",)

    def gone(self) -> BuildError:
        """That ECR has it no more."""
        return BuildError(
            f"{self.service} is rolled back to {self.tag}, and ECR has no {self.repository}:{self.tag}",
            hint=f"go back to another version: dockyard history {self.service}; or take its pin out of dockyard.lock",
        )
