"""What a manifest says: the blobs and images that it is made of, its size, what it is and what it belongs to.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
_EMPTY = "application/vnd.oci.empty.v1+json"


@dataclass(frozen=True)
class Manifest:
    """One image, artifact or index."""

    content: dict[str, Any]

    @property
    def media_type(self) -> str | None:
        """What it says of itself; an OCI manifest need not."""
        return self.content.get("mediaType")

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests, as that of an image for several platforms."""
        return "manifests" in self.content

    @property
    def images(self) -> tuple[str, ...]:
        """Digests of the manifests that it lists."""
        return tuple(entry["digest"] for entry in self.content.get("manifests") or [])

    def image_for(self, platform: str) -> str | None:
        """Digest of the manifest that it lists for a platform such as `linux/amd64`; None where it lists none."""
        found = (entry for entry in self.content.get("manifests") or [] if platform_of(entry) == platform)
        return next((str(entry["digest"]) for entry in found), None)

    @property
    def platforms(self) -> tuple[str, ...]:
        """What it lists images for; attestations, which are for none, left out."""
        listed = (platform_of(entry) for entry in self.content.get("manifests") or [])
        return tuple(dict.fromkeys(platform for platform in listed if platform and not platform.startswith("unknown")))

    @property
    def sizes(self) -> dict[str, int]:
        """Size of each of its blobs, by digest; those that are kept elsewhere left out."""
        return {entry["digest"]: int(entry.get("size", 0)) for entry in self._parts() if not entry.get("urls")}

    @property
    def blobs(self) -> tuple[str, ...]:
        """Digests of its config and layers, but for those that are kept elsewhere."""
        return tuple(dict.fromkeys(entry["digest"] for entry in self._parts() if not entry.get("urls")))

    @property
    def size(self) -> int:
        """Compressed size of its config and layers."""
        return sum(int(entry.get("size", 0)) for entry in self._parts())

    @property
    def artifact_type(self) -> str | None:
        """What it is, such as a container image or a signature."""
        config = (self.content.get("config") or {}).get("mediaType")
        own = self.content.get("artifactType")
        return own if own and config in (None, _EMPTY) else config or own

    @property
    def subject(self) -> str | None:
        """Digest of the image that it belongs to, as a signature does."""
        return (self.content.get("subject") or {}).get("digest")

    @property
    def annotations(self) -> dict[str, str]:
        """Free text, by key."""
        return self.content.get("annotations") or {}

    def _parts(self) -> list[dict[str, Any]]:
        config = [self.content["config"]] if self.content.get("config") else []
        return [*config, *(self.content.get("layers") or [])]


def platform_of(entry: dict[str, Any]) -> str | None:
    """Platform of an entry of an index, without the variant of its architecture."""
    platform = entry.get("platform") or {}
    return f"{platform.get('os')}/{platform.get('architecture')}" if platform else None


@lru_cache(maxsize=1024)
def read(text: bytes) -> Manifest:
    """The manifest in this text. Raises ValueError where it is none."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("schemaVersion") != 2:
        raise ValueError("schemaVersion should be 2")
    try:
        manifest = Manifest(content)
        _ = manifest.blobs, manifest.images, manifest.size, manifest.subject
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("a descriptor should have mediaType, digest and size") from error
    return manifest
