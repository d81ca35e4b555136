"""Uploads and downloads of blobs: the part of a registry's protocol that streams.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ministack import app as gateway
from ministack.services import ecr

from dockyard.local.extensions.registry_api import scope
from dockyard.local.registry.blobs import BlobStore, DigestError, Repository

_BLOCK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class _Body:
    """The body of a request, read once."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._more = receive, True

    async def blocks(self) -> AsyncIterator[bytes]:
        """What is left of it. Raises LookupError where the client is gone: nobody sees the answer."""
        while self._more:
            message = await self._receive()
            if message["type"] != "http.request":
                self._more = False
                raise LookupError("the client is gone")
            self._more = bool(message.get("more_body"))
            yield message.get("body", b"")


@dataclass(frozen=True)
class _Request:
    store: BlobStore
    repository: Repository
    reference: str
    """Digest of a blob, or id of an upload."""
    headers: dict[str, str]
    query: dict[str, list[str]]
    body: _Body

    def value(self, key: str) -> str:
        return (self.query.get(key) or [""])[0]

    @property
    def place(self) -> str:
        return f"/v2/{self.repository.name}/blobs"


@dataclass(frozen=True)
class _Content:
    """A part of a file, sent as the body of an answer."""

    path: Path
    start: int
    length: int


_Answer = tuple[int, dict[str, str], bytes | _Content]


def is_known(verb: str) -> bool:
    """Whether a request of this kind is answered here."""
    return any(verb == known for known, _ in _HANDLERS)


async def serve(store: BlobStore, parsed: tuple[str, str, str], asked: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request; its body is read to the end, whatever the answer is."""
    verb, name, reference = parsed
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in asked["headers"]}
    query, body = parse_qs(asked["query_string"].decode()), _Body(receive)
    ecr._select_registry_request_scope(name, headers, query)
    request = _Request(store, scope(name), reference, headers, query, body)
    handler = _HANDLERS.get((verb, asked["method"]))
    try:
        answer = ecr._ensure_repo_exists(name) or await (handler or _not_allowed)(request)
        async for _ in body.blocks():
            pass
    except (LookupError, FileNotFoundError):
        answer = ecr._registry_error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", {"uuid": reference})
    except DigestError as error:
        message = "uploaded blob digest did not match provided digest"
        answer = ecr._registry_error(400, "DIGEST_INVALID", message, {"actual": str(error)})
    await _send(send, answer, with_body=asked["method"] != "HEAD")


async def _not_allowed(_: _Request) -> _Answer:
    return ecr._registry_error(405, "UNSUPPORTED", "method not allowed")


# uploads


async def _start(request: _Request) -> _Answer:
    digest, source = request.value("mount"), request.value("from")
    if digest and source and request.store.mount(request.repository._replace(name=source), request.repository, digest):
        return _stored(request, digest)
    upload = request.store.begin(request.repository)
    if request.value("digest"):
        return await _finished(request, upload)
    return _progress(request, upload, 202)


async def _patch(request: _Request) -> _Answer:
    path = request.store.upload(request.repository, request.reference)
    first = request.headers.get("content-range", "").partition("-")[0]
    if first.isdigit() and int(first) != path.stat().st_size:
        return ecr._registry_error(416, "BLOB_UPLOAD_INVALID", "the chunk does not follow the last one")
    await _append(path, request.body)
    return _progress(request, request.reference, 202)


async def _put(request: _Request) -> _Answer:
    if not request.value("digest"):
        return ecr._registry_error(400, "DIGEST_INVALID", "digest query parameter is required")
    return await _finished(request, request.reference)


async def _status(request: _Request) -> _Answer:
    return _progress(request, request.reference, 204)


async def _cancel(request: _Request) -> _Answer:
    request.store.upload(request.repository, request.reference).unlink()
    return ecr._registry_ok(204, {}, b"")


async def _append(path: Path, body: _Body) -> None:
    with path.open("ab") as file:
        async for block in body.blocks():
            file.write(block)


async def _finished(request: _Request, upload: str) -> _Answer:
    await _append(request.store.upload(request.repository, upload), request.body)
    await asyncio.to_thread(request.store.finish, request.repository, upload, request.value("digest"))
    return _stored(request, request.value("digest"))


def _stored(request: _Request, digest: str) -> _Answer:
    return ecr._registry_ok(201, {"Location": f"{request.place}/{digest}", "Docker-Content-Digest": digest}, b"")


def _progress(request: _Request, upload: str, status: int) -> _Answer:
    size = request.store.upload(request.repository, upload).stat().st_size
    headers = {
        "Location": f"{request.place}/uploads/{upload}",
        "Range": f"0-{max(0, size - 1)}",
        "Docker-Upload-UUID": upload,
    }
    return ecr._registry_ok(status, headers, b"")


# blobs


async def _get(request: _Request) -> _Answer:
    path = request.store.find(request.repository, request.reference)
    if path is None:
        return _unknown(request)
    size, kind = path.stat().st_size, "application/octet-stream"
    headers = {"Content-Type": kind, "Docker-Content-Digest": request.reference, "Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if not asked:
        return ecr._registry_ok(200, headers, _Content(path, 0, size))
    start, end = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
    if start > end:
        return 416, {**headers, "Content-Range": f"bytes */{size}"}, b""
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return ecr._registry_ok(206, headers, _Content(path, start, end - start + 1))


async def _head(request: _Request) -> _Answer:
    """A push asks so what it may leave out."""
    if path := request.store.find(request.repository, request.reference):
        request.store.claim(path)
    return await _get(request)


async def _delete(request: _Request) -> _Answer:
    if not request.store.remove(request.repository, request.reference):
        return _unknown(request)
    return ecr._registry_ok(202, {}, b"")


def _unknown(request: _Request) -> _Answer:
    return ecr._registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": request.reference})


_HANDLERS: dict[tuple[str, str], Callable[[_Request], Awaitable[_Answer]]] = {
    ("blob_uploads", "POST"): _start,
    ("blob_upload_session", "PATCH"): _patch,
    ("blob_upload_session", "PUT"): _put,
    ("blob_upload_session", "GET"): _status,
    ("blob_upload_session", "DELETE"): _cancel,
    ("blob", "GET"): _get,
    ("blob", "HEAD"): _head,
    ("blob", "DELETE"): _delete,
}


# answers


async def _send(send: Send, answer: _Answer, *, with_body: bool) -> None:
    status, headers, body = answer
    length = body.length if isinstance(body, _Content) else len(body)
    headers = headers if status == 204 else {**headers, "Content-Length": str(length)}
    await send({"type": "http.response.start", "status": status, "headers": gateway._asgi_header_list(headers)})
    if with_body:
        for block in _blocks(body) if isinstance(body, _Content) else [body]:
            await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _blocks(content: _Content) -> Any:
    with content.path.open("rb") as file:
        file.seek(content.start)
        left = content.length
        while left and (block := file.read(min(_BLOCK, left))):
            yield block
            left -= len(block)
