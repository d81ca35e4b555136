"""Where the layers of a build may come from beside the builder, and where they are kept for the next one.

A cache of GitHub Actions where a job has one; else, for a builder that can, a tag beside the images in ECR; else what the
last image has in itself ("inline"). A cache that cannot be read or written costs time and nothing else.
https://docs.docker.com/build/cache/backends/
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dockyard.doors.registry import CACHE_TAG_PREFIX, Registry

CACHE_TAG = f"{CACHE_TAG_PREFIX}layers"
"""Tag of the layers in ECR. Repositories let `cache-…` move, and let it expire."""
_REGISTRY = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
"""What ECR takes: https://aws.amazon.com/blogs/containers/announcing-remote-cache-support-in-amazon-ecr-for-buildkit-clients/."""


@dataclass(frozen=True)
class Caches:
    """Arguments of `docker build` for its caches."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    registry: Registry | None = None
    """Where they are read, where that wants credentials."""


NO_CACHES = Caches()


def github_cache(repository: str, environment: Mapping[str, str]) -> Caches | None:
    """The cache of GitHub Actions; None elsewhere, or where a workflow does not let its commands have it."""
    service = environment.get("ACTIONS_RESULTS_URL") or environment.get("ACTIONS_CACHE_URL")
    if not (service and environment.get("ACTIONS_RUNTIME_TOKEN")):
        return None
    scope = f"type=gha,scope={repository}"
    return Caches(("--cache-from", scope), ("--cache-to", f"{scope},mode=max,ignore-error=true"))


def registry_cache(address: str) -> Caches:
    """A tag of the repository at this address."""
    place = f"type=registry,ref={address}:{CACHE_TAG}"
    return Caches(("--cache-from", place), ("--cache-to", f"{place},{_REGISTRY}"))


def read_alone(caches: Caches) -> Caches:
    """The same, and nothing is kept: an engine before 23 may crash where two builds write layers in common into their images."""
    return Caches(caches.read, registry=caches.registry)


def inline_cache(last: str | None, registry: Registry | None = None) -> Caches:
    """In the image itself; `last` is the image to take layers from, where there is one."""
    return Caches(("--cache-from", last) if last else (), ("--build-arg", "BUILDKIT_INLINE_CACHE=1"), registry)
