"""A repository of any registry, by the API that all of them have. No image is ever held whole.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter

from dockyard.doors.engine_faults import SILENCE
from dockyard.doors.registry import LOOPBACK, MANIFESTS, USER_AGENT, RegistryError, UnansweredError
from dockyard.doors.registry_auth import TIMEOUT, Credentials, Header, authorization
from dockyard.doors.unanswered import reason

_LARGEST_MANIFEST = 4 << 20
_BLOCK = 1 << 20
_RETRIES = urllib3.Retry(
    total=3, connect=1, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), raise_on_status=False,
    respect_retry_after_header=False,
)  # fmt: skip

_BROKEN = (
    requests.ConnectionError, requests.Timeout, requests.HTTPError, requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
)  # fmt: skip
"""Raised where a connection does not come about or breaks, or where the server of tokens cannot answer for now."""


@dataclass(frozen=True)
class RawManifest:
    """A manifest as it is kept: its digest is that of just these bytes."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """Its digest."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


@dataclass(frozen=True)
class Blob:
    """Something of known size that comes in blocks, once."""

    size: int
    blocks: Iterable[bytes]

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.blocks)


class Repository:
    """One repository. Methods raise RegistryError, and may be called from several threads at once.

    :param host: of the registry, with its port; one on this machine is spoken to by HTTP, others by HTTPS.
    :param ca: certificates to trust in place of the well-known ones.
    :param hint: what to do where it refuses who asks. Default: `docker login`, which is good for more pulls as well.
    """

    def __init__(
        self, host: str, name: str, credentials: Credentials, ca: Path | None = None, *, hint: str | None = None
    ) -> None:
        self.host, self.name, self._credentials, self._hint = host, name, credentials, hint
        scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
        self._base = f"{scheme}://{host}/v2/{name}/"
        self._authorization: str | None = None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.trust_env = scheme == "https"  # else not by a proxy: it does not know this machine
        self._session.verify = str(ca) if ca else True
        for prefix in ("http://", "https://"):
            self._session.mount(prefix, HTTPAdapter(max_retries=_RETRIES))

    def __enter__(self) -> "Repository":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    # manifests

    def manifest(self, reference: str) -> RawManifest:
        """The manifest of a tag or digest."""
        with self._ask("GET", f"manifests/{reference}", headers={"Accept": MANIFESTS}, stream=True) as answer:
            try:
                content = answer.raw.read(_LARGEST_MANIFEST + 1, decode_content=True)
            except urllib3.exceptions.HTTPError as error:
                raise UnansweredError(f"{self}: the manifest of {reference} broke off: {error}") from error
            found = RawManifest(content, answer.headers.get("Content-Type", "").partition(";")[0])
        if len(content) > _LARGEST_MANIFEST:
            raise RegistryError(f"{self}: the manifest of {reference} has more than {_LARGEST_MANIFEST} bytes")
        said = reference if ":" in reference else answer.headers.get("Docker-Content-Digest", found.digest)
        if found.digest != said:
            raise RegistryError(f"{self}: what came for {reference} is not {said}, it is {found.digest}")
        return found

    def has_manifest(self, digest: str) -> bool:
        """Whether it is there."""
        return self._is_there(f"manifests/{digest}", {"Accept": MANIFESTS})

    def put_manifest(self, manifest: RawManifest, reference: str) -> None:
        """Put it there, under a tag or its digest; all that it names must be there."""
        headers = {"Content-Type": manifest.media_type}
        self._ask("PUT", f"manifests/{reference}", data=manifest.content, headers=headers).close()

    # blobs

    def has_blob(self, digest: str) -> bool:
        """Whether it is there."""
        return self._is_there(f"blobs/{digest}", {})

    @contextlib.contextmanager
    def blob(self, digest: str, size: int) -> Iterator[Blob]:
        """Its content, as it comes; the last block is withheld where the content is not what the digest says."""
        with self._ask("GET", f"blobs/{digest}", headers={"Accept-Encoding": "identity"}, stream=True) as answer:
            yield Blob(size, self._checked(answer, digest))

    def _checked(self, answer: requests.Response, digest: str) -> Iterator[bytes]:
        hashed, last = hashlib.sha256(), b""
        try:
            for block in answer.raw.stream(_BLOCK, decode_content=False):
                hashed.update(block)
                yield last
                last = block
        except urllib3.exceptions.HTTPError as error:
            raise UnansweredError(f"{self}: {digest} broke off: {error}") from error
        if f"sha256:{hashed.hexdigest()}" != digest:
            raise RegistryError(f"{self}: what came for {digest} is sha256:{hashed.hexdigest()}")
        yield last

    def put_blob(self, digest: str, blob: Blob) -> None:
        """Put it there; the registry looks whether the content is what the digest says."""
        place = self._place(self._ask("POST", "blobs/uploads/", data=b""))
        with self._ask("PATCH", place, data=blob, headers={"Content-Type": "application/octet-stream"}) as answer:
            place = self._place(answer) if "Location" in answer.headers else place
        whole = f"{place}{'&' if '?' in place else '?'}digest={digest}"
        self._ask("PUT", whole, data=b"", timeout=(TIMEOUT[0], SILENCE)).close()  # it may hash gigabytes first

    def mount(self, digest: str, other: str) -> bool:
        """Have a blob of another repository of this registry without a copy; False where the registry does not do that."""
        with self._send("POST", f"blobs/uploads/?mount={digest}&from={other}", data=b"") as answer:
            return answer.status_code == requests.codes.created

    # requests

    def _place(self, answer: requests.Response) -> str:
        with answer:
            if place := answer.headers.get("Location"):
                return urljoin(answer.url, place)
        raise RegistryError(f"{self}: {answer.status_code} without a Location, where an upload was to begin")

    def _is_there(self, path: str, headers: Mapping[str, str]) -> bool:
        with self._send("HEAD", path, headers=headers, allow_redirects=True) as answer:
            if answer.status_code == requests.codes.not_found:
                return False
            self._see(answer)
            return True

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self._send(method, path, **options)
        try:
            self._see(answer)
        except RegistryError:
            answer.close()
            raise
        return answer

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer, after the registry was told who we are where it wants that; a body that streams is sent once."""
        url = urljoin(self._base, path)
        options = {"timeout": TIMEOUT, **options}
        try:
            answer = self._session.request(method, url, auth=Header(self._authorization), **options)
            challenge = answer.headers.get("WWW-Authenticate")
            if answer.status_code == requests.codes.unauthorized and challenge and not isinstance(options.get("data"), Blob):
                answer.close()
                self._authorization = authorization(self._session, challenge, self._credentials)
                answer = self._session.request(method, url, auth=Header(self._authorization), **options)
        except _BROKEN as error:
            raise UnansweredError(f"{self}: {reason(error, self.host)}") from error
        except (requests.RequestException, KeyError, ValueError) as error:
            raise RegistryError(f"{self}: {reason(error, self.host)}") from error
        return answer

    def _see(self, answer: requests.Response) -> None:
        """Raise RegistryError where the answer is none."""
        if answer.ok:
            return
        try:
            said = "; ".join(f"{one.get('code')}: {one.get('message')}" for one in answer.json()["errors"])
        except (ValueError, KeyError, TypeError, AttributeError, requests.RequestException):
            said = answer.reason or ""
        login = f"is the name right? for an image that is not public, or for more pulls: docker login {self.host}"
        too_many, hint = answer.status_code == requests.codes.too_many_requests, None
        if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden) or (too_many and not self._hint):
            hint = self._hint or login
        kind = UnansweredError if too_many or answer.status_code >= requests.codes.server_error else RegistryError
        raise kind(f"{self}: {answer.status_code} {said}".rstrip(), hint=hint, status=answer.status_code)

    def __str__(self) -> str:
        return f"{self.host}/{self.name}"
