"""SHA-256 of files, kept with what the file system says of each, so that a file that was not touched is not read again.

What it says is size, times of the last change of content and of anything, and inode: the time of any change cannot be set back.
A file that was changed a moment ago is not kept: one more change in the same tick of the clock would not be seen.
"""

import contextlib
import hashlib
import os
import struct
import time
from pathlib import Path

from dockyard.doors.files import put
from dockyard.doors.tree import RACY_NS

_FACTS = struct.Struct("<qqqQ")
_RECORD = _FACTS.size + hashlib.sha256().digest_size
"""What is kept of a file: what the file system says, and its hash. As JSON they take several times as long to read."""
_LENGTH = struct.Struct("<Q")
"""Before the names, which are parted by NUL, and the records in their order: the length of the names in bytes."""
_CHUNK = 1 << 16
"""A buffer of a megabyte costs more to get and give back than most files cost to read."""


class Hashes:
    """The hashes of one context's files. `file` is where they are kept; None: nowhere."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._before: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}
        """Path to record."""
        self._read = 0
        self._settled_ns = time.time_ns() - RACY_NS
        """What was changed before this may be kept."""
        if file:
            with contextlib.suppress(OSError, struct.error):
                self._before = _records(file.read_bytes())

    def of(self, path: str, file: str, stat: os.stat_result) -> str:
        """The hash of a file: hexadecimal digits. `path` is its name in the context."""
        facts = _FACTS.pack(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        known = self._before.get(path)
        if known and known.startswith(facts):
            self._now[path] = known
            return known[_FACTS.size :].hex()
        digest = _digest(file)
        self._read += 1
        if stat.st_ctime_ns < self._settled_ns:
            self._now[path] = facts + digest
        return digest.hex()

    def keep(self) -> None:
        """Write them down, where something is new. Where that cannot be done, the files are read again the next time."""
        if self._file and (self._read or len(self._now) != len(self._before)):
            with contextlib.suppress(OSError):
                names = os.fsencode("\0".join(self._now))
                put(self._file, b"".join((_LENGTH.pack(len(names)), names, *self._now.values())))


def _records(content: bytes) -> dict[str, bytes]:
    """Path to record, of what `Hashes.keep` has written; none of what is damaged. Raises struct.error."""
    at = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    names = os.fsdecode(content[_LENGTH.size : at]).split("\0")
    if at + len(names) * _RECORD != len(content):
        return {}
    return dict(zip(names, (content[start : start + _RECORD] for start in range(at, len(content), _RECORD)), strict=True))


def _digest(file: str) -> bytes:
    """By the system's own calls: there may be 20,000 files."""
    hashed = hashlib.sha256()
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        while chunk := os.read(descriptor, _CHUNK):
            hashed.update(chunk)
            if len(chunk) < _CHUNK:  # the end of the file: one more read would only say so
                break
    finally:
        os.close(descriptor)
    return hashed.digest()
