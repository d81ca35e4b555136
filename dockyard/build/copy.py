"""A copy of an image from one registry to another: the same bytes, so the same digests.

What is there is left out, layers go side by side, and the tag is given last: an image that is there is there whole. Where one
layer fails the others come to their end, so that another attempt has the less to do.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dockyard.build.manifests import Manifest, read
from dockyard.build.sizes import size
from dockyard.doors.distribution import Blob, RawManifest, Repository
from dockyard.errors import BuildError
from dockyard.threads import Threads

LAYERS_AT_ONCE = 3


@dataclass(frozen=True)
class Amount:
    """How far a copy is, in bytes."""

    done: int
    of: int

    def __str__(self) -> str:
        return f"{size(self.done)} of {size(self.of)}"


def copy(
    source: Repository, target: Repository, found: RawManifest, tag: str, *, platform: str | None, told: Callable[[Amount], None]
) -> str:
    """Copy what this manifest of `source` names, and give it the tag; its digest.

    Of an index, `platform` alone, or all where that is None. Raises BuildError, also for an image of another platform.
    """
    top = _of_platform(source, found, platform)
    images = [*_listed(source, target, top), top]  # what an index lists before the index
    sizes = {digest: size for image in images for digest, size in _content(source, image).sizes.items()}
    _Layers(source, target, sizes, told).copy()
    for image in images[:-1]:
        target.put_manifest(image, image.digest)
    target.put_manifest(top, tag)
    return top.digest


def _of_platform(source: Repository, found: RawManifest, platform: str | None) -> RawManifest:
    content = _content(source, found)
    if platform is None:
        return found
    if not content.is_index:
        if (its := _platform(source, found)) != platform:
            raise BuildError(f"{source}: {found.digest} is for {its}, and not for {platform}")
        return found
    digest = content.image_for(platform)
    if digest is None:
        raise BuildError(
            f"{source} has {found.digest} for {', '.join(content.platforms) or 'no platform'}, and not for {platform}"
        )
    return source.manifest(digest)


def _platform(source: Repository, found: RawManifest) -> str:
    """By its configuration, without the variant of its architecture.

    https://github.com/opencontainers/image-spec/blob/main/config.md
    """
    entry = _content(source, found).content.get("config") or {}
    try:
        with source.blob(entry["digest"], int(entry["size"])) as blob:
            config = json.loads(b"".join(blob))
        return f"{config['os']}/{config['architecture']}"
    except (KeyError, TypeError, ValueError) as error:
        raise BuildError(f"{source}: {found.digest} does not say for which platform it is: {error!r}") from error


def _listed(source: Repository, target: Repository, top: RawManifest) -> Iterator[RawManifest]:
    """What an index lists, and what that lists, as far as it is to be copied."""
    for digest in _content(source, top).images:
        if not target.has_manifest(digest):
            found = source.manifest(digest)
            yield from _listed(source, target, found)
            yield found


def _content(source: Repository, manifest: RawManifest) -> Manifest:
    try:
        return read(manifest.content)
    except ValueError as error:
        raise BuildError(f"{source}: {manifest.digest} is no image that can be copied: {error}") from error


class _Layers:
    """Layers and configurations, each copied once."""

    def __init__(self, source: Repository, target: Repository, sizes: dict[str, int], told: Callable[[Amount], None]) -> None:
        self._source, self._target, self._sizes, self._told = source, target, sizes, told
        self._lock, self._done = threading.Lock(), 0

    def copy(self) -> None:
        """All that the target lacks."""
        with Threads(max_workers=LAYERS_AT_ONCE) as pool:
            for ended in [pool.submit(self._one, digest) for digest in self._sizes]:
                ended.result()

    def _one(self, digest: str) -> None:
        there = self._target.has_blob(digest) or (
            self._source.host == self._target.host and self._target.mount(digest, self._source.name)
        )
        if there:
            self._count(self._sizes[digest])
            return
        with self._source.blob(digest, self._sizes[digest]) as blob:
            self._target.put_blob(digest, Blob(blob.size, self._counted(blob)))

    def _counted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self._count(len(block))
            yield block

    def _count(self, size: int) -> None:
        with self._lock:
            self._done += size
            amount = Amount(self._done, sum(self._sizes.values()))
        self._told(amount)
