"""Registries of images."""

from dataclasses import dataclass, field
from typing import Protocol

CACHE_TAG_PREFIX = "cache-"
"""Tags that are no images: layers of builds, and what stands for an index. The lifecycle of a repository lets them expire."""


@dataclass(frozen=True)
class Registry:
    """A registry and who we are there."""

    host: str
    username: str
    password: str = field(repr=False)
    until: float = 0
    """When the password ends, in seconds since 1970; 0 where that is not known."""


class Ecr(Protocol):
    """An account's registry as pushes see it: by AWS's API (`dockyard.doors.aws`), or by a token alone (`ecr_by_token`)."""

    @property
    def account(self) -> str:
        """The account."""

    @property
    def region(self) -> str:
        """The region."""

    def image_digest(self, repository: str, tag: str) -> str | None:
        """Digest of the image; None where the tag, or the repository, is not there."""

    def repository_address(self, repository: str) -> str | None:
        """Where images of this repository are pushed to and pulled from; None where there is no such repository."""

    def registry(self) -> Registry:
        """The registry, with a token that is good for twelve hours."""
