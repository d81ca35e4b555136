"""Blobs as plain files: a folder a repository, a file a blob. What is on disk is all that is known; no index is kept.

Beside a blob that a push relies on is a claim, an empty file: made by an upload, a mount and whoever asks whether the blob is
there, and removed once a manifest names the blob. So a blob that nothing names any more is removed at once, unless a push that
was told to leave it out may still be under way. A blob that was mounted is one file with two names, and each has a claim of its
own.
"""

import hashlib
import re
import shutil
import time
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

PUSH_SECONDS = 3600.0
"""A push that was interrupted is over by then: what it left is removed."""
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_UPLOAD = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".upload"
_CLAIM = ".claim"


class Repository(NamedTuple):
    """Names are unique within an account and region."""

    account: str
    region: str
    name: str


class DigestError(ValueError):
    """What came has another digest than was said."""


@dataclass(frozen=True)
class BlobStore:
    """All blobs of a local AWS."""

    folder: Path

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def find(self, repository: Repository, digest: str) -> Path | None:
        """The file of a blob; None where the repository has none of this digest."""
        match = _DIGEST.fullmatch(digest)
        path = self._of(repository) / match[1] if match else None
        return path if path and path.is_file() else None

    def claim(self, path: Path) -> None:
        """A push relies on this blob from now on."""
        path.with_suffix(_CLAIM).touch()

    def settle(self, repository: Repository, digests: Iterable[str]) -> None:
        """A manifest names these blobs now."""
        for digest in digests:
            if path := self.find(repository, digest):
                path.with_suffix(_CLAIM).unlink(missing_ok=True)

    def begin(self, repository: Repository) -> str:
        """Begin an upload; its id."""
        upload = uuid.uuid4().hex
        self._of(repository).mkdir(parents=True, exist_ok=True)
        (self._of(repository) / f"{upload}{_SUFFIX}").touch()
        return upload

    def upload(self, repository: Repository, upload: str) -> Path:
        """The file that an upload grows in. Raises LookupError where there is no such upload."""
        path = self._of(repository) / f"{upload}{_SUFFIX}"
        if not _UPLOAD.fullmatch(upload) or not path.is_file():
            raise LookupError(upload)
        return path

    def finish(self, repository: Repository, upload: str, digest: str) -> None:
        """Make the upload a blob. Raises LookupError, and DigestError where its content has another digest."""
        path = self.upload(repository, upload)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != f"sha256:{found}":
            raise DigestError(f"sha256:{found}")
        self.claim(path.with_name(found))
        path.replace(path.with_name(found))

    def mount(self, source: Repository, target: Repository, digest: str) -> bool:
        """Give a repository the blob of another one, as one file with two names; False where that one has it not."""
        path = self.find(source, digest)
        if path is None:
            return False
        mounted = self._of(target) / path.name
        mounted.parent.mkdir(parents=True, exist_ok=True)
        self.claim(mounted)
        if not mounted.is_file():
            try:
                mounted.hardlink_to(path)
            except OSError:  # a file system without hard links: the client uploads it
                return False
        return True

    def remove(self, repository: Repository, digest: str) -> bool:
        """Remove one blob; False where it was not there."""
        path = self.find(repository, digest)
        if path:
            path.with_suffix(_CLAIM).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        return path is not None

    def drop(self, repository: Repository) -> None:
        """Remove all blobs of a repository."""
        shutil.rmtree(self._of(repository), ignore_errors=True)

    def sweep(self, repository: Repository, named: Collection[str], now: float | None = None) -> None:
        """Remove the blobs that are not `named`, and uploads that nobody goes on with."""
        oldest = (now or time.time()) - PUSH_SECONDS
        for path in self._of(repository).glob("*"):
            relied_on = path if path.suffix else path.with_suffix(_CLAIM)
            if f"sha256:{path.name}" not in named and _time_of(relied_on) < oldest:
                path.unlink(missing_ok=True)

    def _of(self, repository: Repository) -> Path:
        return self.folder / repository.account / repository.region / quote(repository.name, safe="")


def _time_of(path: Path) -> float:
    """When it was last changed; 0 where it is not there."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
