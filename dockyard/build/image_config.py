"""What an image in a registry says of itself.

https://github.com/opencontainers/image-spec/blob/main/config.md
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dockyard.build.manifests import Manifest, read
from dockyard.doors.distribution import Repository


def image_config(repository: Repository, version: str) -> Iterator[Mapping[str, Any]]:
    """The configuration of an image, or of each one of an index; attestations, which are for no platform, left out."""
    found = read(repository.manifest(version).content)
    if not found.is_index:
        yield _config(repository, found)
    for platform in found.platforms:
        digest = found.image_for(platform)
        assert digest  # noqa: S101  # it lists one for each
        yield _config(repository, read(repository.manifest(digest).content))


def _config(repository: Repository, manifest: Manifest) -> Mapping[str, Any]:
    entry = manifest.content["config"]
    with repository.blob(entry["digest"], int(entry["size"])) as blob:
        found: Mapping[str, Any] = json.loads(b"".join(blob))
    return found
