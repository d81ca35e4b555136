"""The images that repositories of ECR hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dockyard.build.manifests import DOCKER_LIST, INDEX, platform_of, read
from dockyard.doors.aws import Aws
from dockyard.doors.registry import CACHE_TAG_PREFIX

_AT_ONCE = 100


@dataclass(frozen=True)
class Held:
    """One image, whatever number of tags it has."""

    repository: str
    digest: str
    tags: tuple[str, ...]
    size: int
    """Compressed, in bytes; of an index, that of all that it lists."""
    pushed: datetime
    pulled: datetime | None = None
    """When it was last pulled, as far as ECR has recorded that."""
    listed: Mapping[str, str] = field(default_factory=dict)
    """Of an index: digests to platforms."""
    subject: str | None = None
    """Digest of the image that it belongs to, as a signature does."""
    platforms: Mapping[str, int] = field(default_factory=dict)
    """Of an index: platforms to sizes in bytes."""

    @property
    def is_cache(self) -> bool:
        """Whether all that it has is tags of caches."""
        return bool(self.tags) and all(tag.startswith(CACHE_TAG_PREFIX) for tag in self.tags)

    @property
    def place(self) -> tuple[str, str]:
        """Repository and digest: two repositories may have the same image."""
        return self.repository, self.digest

    @property
    def name(self) -> str:
        """The first tag, else the digest."""
        return self.tags[0] if self.tags else self.digest


def held(aws: Aws, repository: str) -> list[Held]:
    """All of a repository, the newest first.

    The manifests of indexes are fetched, which ECR records as a pull of them; the time of the last pull is read before.
    """
    pages = aws.ecr.get_paginator("describe_images").paginate(repositoryName=repository)
    details: list[Any] = [detail for page in pages for detail in page["imageDetails"]]
    sizes = {detail["imageDigest"]: int(detail.get("imageSizeInBytes", 0)) for detail in details}
    lists = [one["imageDigest"] for one in details if one.get("imageManifestMediaType") in (INDEX, DOCKER_LIST)]
    listed = dict(_listed(aws, repository, lists))
    return sorted((_held(detail, listed, sizes) for detail in details), key=lambda image: image.pushed, reverse=True)


def _held(detail: Any, indexes: Mapping[str, Mapping[str, str]], sizes: Mapping[str, int]) -> Held:
    listed = indexes.get(detail["imageDigest"], {})
    return Held(
        repository=detail["repositoryName"],
        digest=detail["imageDigest"],
        tags=tuple(sorted(detail.get("imageTags") or [])),
        size=sum(sizes.get(digest, 0) for digest in listed) or sizes[detail["imageDigest"]],
        pushed=detail["imagePushedAt"],
        pulled=detail.get("lastRecordedPullTime"),
        listed=listed,
        subject=detail.get("subjectManifestDigest"),
        platforms={platform: sizes.get(digest, 0) for digest, platform in listed.items() if not platform.startswith("unknown")},
    )


def _listed(aws: Aws, repository: str, digests: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Index to the digests and platforms that it lists."""
    for start in range(0, len(digests), _AT_ONCE):
        wanted = [{"imageDigest": digest} for digest in digests[start : start + _AT_ONCE]]
        answer: Any = aws.ecr.batch_get_image(
            repositoryName=repository,
            imageIds=wanted,  # type: ignore[arg-type]  # the stubs want a class of their own
            acceptedMediaTypes=[INDEX, DOCKER_LIST],
        )
        for image in answer["images"]:
            entries = read(image["imageManifest"].encode()).content["manifests"]
            yield image["imageId"]["imageDigest"], {entry["digest"]: platform_of(entry) or "unknown" for entry in entries}
