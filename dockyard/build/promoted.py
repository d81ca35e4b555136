"""An image as another environment runs it, on its way into the registry of this one: the same bytes, and never built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockyard.errors import BuildError

if TYPE_CHECKING:
    from dockyard.doors.aws import Aws


@dataclass(frozen=True)
class Promoted:
    """One service's or sidecar's image."""

    service: str
    repository: str
    tag: str
    digest: str
    is_index: bool
    environment: str
    """The environment that it comes from."""
    source: "Aws" = field(repr=False, compare=False)
    """Who may read the registry there."""
    commit: str | None = None
    """That it was built from, where it says so."""

    @property
    def origin(self) -> dict[str, str]:
        """Where it comes from, for a receipt."""
        place = {"environment": self.environment, "account": self.source.account, "region": self.source.region}
        return {**place, "digest": self.digest, **({"commit": self.commit} if self.commit else {})}

    @property
    def settings(self) -> Mapping[str, str]:
        """What counts for the tag, by what it is called to the user."""
        return {"promoted from": f"{self.environment}, {self.digest}"}

    @property
    def cautions(self) -> tuple[str, ...]:
        """What its user should know."""
        return ()

    def check(self, digest: str) -> None:
        """Raise BuildError where ECR has another image under this tag: tags do not move."""
        if digest != self.digest:
            name = f"{self.repository}:{self.tag}"
            raise BuildError(
                f"{self.service}: {self.environment} has {name} as {self.digest}, and ECR has it here as {digest}, built apart",
                hint="dockyard deploy runs the one that is here; to have the same, promote what comes of changed sources",
            )
