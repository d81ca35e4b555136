"""ECR's layers are files, which come and go as streams: no image is held in memory, and none stays when nothing names it.

- An upload is written as it arrives, at once or in chunks; one with another digest than was said is `DIGEST_INVALID`.
  https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
- A blob is sent from its file, whole or by range; one that another repository has is mounted without a copy.
- Blobs go with the last manifest of their repository that names them, and with the repository; those of a push that was
  given up go an hour later.
- The files are below the folder of the state. They go when the account is emptied and, without persistence, at the end of the
  server, or at the next start where it was killed.
"""

import time
from collections.abc import Iterable
from typing import Any

from ministack import app as gateway
from ministack.core import persistence
from ministack.services import ecr

from dockyard.build import manifests
from dockyard.local.extensions import registry_transfers
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import scope
from dockyard.local.registry.blobs import BlobStore

_SWEEP_SECONDS = 60

_stores: list[BlobStore] = []
"""The one store; none where this extension is left out."""


def install(instance: Instance) -> None:
    """Take the requests for blobs before the gateway reads their bodies."""
    store = BlobStore(instance.state / "registry")
    if not persistence.PERSIST_STATE:
        store.clear()
    _stores.append(store)
    _take_requests(store)
    _drop_with_repository(store)
    _sweep_now_and_then()


def reset() -> None:
    """Remove all blobs."""
    for store in _stores:
        store.clear()


def size_of(name: str, digest: str) -> int | None:
    """Size of a blob of a repository of this account; None where it is not there."""
    for store in _stores:
        path = store.find(scope(name), digest)
        return path.stat().st_size if path else None
    blob = (ecr._layer_blobs.get(name) or {}).get(digest)
    return None if blob is None else len(blob)


def settle(name: str, digests: Iterable[str]) -> None:
    """A manifest of the repository names these blobs now."""
    for store in _stores:
        store.settle(scope(name), digests)


def sweep(name: str) -> None:
    """Remove the blobs that no manifest of the repository names."""
    texts = (ecr._manifest_blobs.get(name) or {}).values()
    for store in _stores:
        store.sweep(scope(name), {digest for text in texts for digest in manifests.read(text).blobs})


def store() -> BlobStore:
    """The store, for layers that come by the API. Raises LookupError where this extension is left out."""
    return _stores[0]


def _take_requests(store: BlobStore) -> None:
    original = gateway.app

    async def app(asked: dict[str, Any], receive: registry_transfers.Receive, send: registry_transfers.Send) -> None:
        parsed = ecr._parse_v2_path(asked["path"]) if asked["type"] == "http" else None
        if not parsed or not registry_transfers.is_known(parsed[0]):
            await original(asked, receive, send)
            if asked["type"] == "lifespan" and not persistence.PERSIST_STATE:  # the end of the server
                store.clear()
            return
        async with gateway._get_reset_lock():
            pass
        await registry_transfers.serve(store, parsed, asked, receive, send)

    gateway.app = app


def _sweep_now_and_then() -> None:
    """What was given up is looked for by the next request to ECR's API, at most once a minute."""
    original, last = ecr.handle_request, time.monotonic()

    async def handle_request(*request: Any) -> Any:
        nonlocal last
        if time.monotonic() - last > _SWEEP_SECONDS:
            last = time.monotonic()
            for name in list(ecr._repositories):
                sweep(name)
        return await original(*request)

    ecr.handle_request = handle_request


def _drop_with_repository(store: BlobStore) -> None:
    original = ecr._delete_repository

    def delete(data: dict[str, Any]) -> Any:
        answer = original(data)
        if answer[0] == 200:
            ecr._manifest_blobs.pop(data["repositoryName"], None)
            store.drop(scope(data["repositoryName"]))
        return answer

    ecr._delete_repository = delete
