"""Registries of images."""

from dataclasses import dataclass, field

CACHE_TAG_PREFIX = "cache-"
"""Tags that are no images: layers of builds, and what stands for an index. The lifecycle of a repository lets them expire."""


@dataclass(frozen=True)
class Registry:
    """A registry and who we are there."""

    host: str
    username: str
    password: str = field(repr=False)
