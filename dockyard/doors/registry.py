"""Registries of images."""

from dataclasses import dataclass, field
from typing import Protocol

from dockyard.errors import BuildError

LOOPBACK = ("localhost", "127.0.0.1")
"""Names of this machine, to which HTTP is spoken."""
USER_AGENT = "dockyard"
MANIFESTS = ", ".join(
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
"""Media types of the manifests that we read."""
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


class RegistryError(BuildError):
    """What a registry answered in place of what was asked of it, or that nobody answers.

    :param status: of an answer that is a refusal; None where what came is wrong, or nothing came.
    """

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnansweredError(RegistryError):
    """Nobody answers, or only that it cannot for now: 429 and 5xx. What is refused is none of these."""


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
