"""A service's image that is taken from another registry, as what ECR is to have of it.

Its tag is a hash of the name, of what the name is known to be (dockyard.lock, a stand-in), and of the platform. So synth asks
nobody, and an image that is locked anew gets another tag.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from dockyard.build.pinned import Pinned
from dockyard.build.promoted import Promoted
from dockyard.build.recipe import Recipe

FORMAT = 1
"""Part of every tag; raised when the meaning of a copy changes."""


@dataclass(frozen=True)
class Mirrored:
    """One service's or sidecar's image, copied."""

    service: str
    repository: str
    source: str
    """Its name, as it was written."""
    identity: str
    """What it really is, where that is known, else the name."""
    platform: str | None
    """The one that is copied; None for all that there are."""
    cautions: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """20 hexadecimal digits."""
        content = {"format": FORMAT, "from": self.source, "identity": self.identity, "platform": self.platform}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def is_index(self) -> bool:
        """Whether ECR gets it for all platforms, as one index."""
        return self.platform is None

    @property
    def settings(self) -> Mapping[str, str]:
        """What counts for the tag, by what it is called to the user."""
        return {"from": self.source, f"base {self.source}": self.identity, "platform": self.platform or "all"}


Wanted = Recipe | Mirrored | Pinned | Promoted
"""An image that ECR is to have."""
