"""SHA-256 of files, kept with what the file system says of each, so that a file that was not touched is not read again.

What it says is size, times of the last change of content and of anything, and inode: the time of any change cannot be set back.
A file that was changed a moment ago is not kept: one more change in the same tick of the clock would not be seen.
"""

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path

from dockyard.doors.files import put
from dockyard.doors.tree import RACY_NS

_CHUNK = 1 << 16
"""A buffer of a megabyte costs more to get and give back than most files cost to read."""


class Hashes:
    """The hashes of one context's files. `file` is where they are kept; None: nowhere."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._before: dict[str, str] = {}
        self._now: dict[str, str] = {}
        """Path to what the file system says, and the hash after it."""
        self._read = 0
        self._settled_ns = time.time_ns() - RACY_NS
        """What was changed before this may be kept."""
        if file:
            with contextlib.suppress(OSError, ValueError, TypeError):
                self._before = dict(json.loads(file.read_bytes()))

    def of(self, path: str, file: str, stat: os.stat_result) -> str:
        """The hash of a file: hexadecimal digits. `path` is its name in the context."""
        facts = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino} "
        known = self._before.get(path)
        if isinstance(known, str) and known.startswith(facts):
            self._now[path] = known
            return known[len(facts) :]
        digest = _digest(file)
        self._read += 1
        if stat.st_ctime_ns < self._settled_ns:
            self._now[path] = facts + digest
        return digest

    def keep(self) -> None:
        """Write them down, where something is new. Where that cannot be done, the files are read again the next time."""
        if self._file and (self._read or len(self._now) != len(self._before)):
            with contextlib.suppress(OSError):
                put(self._file, json.dumps(self._now).encode())


def _digest(file: str) -> str:
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
    return hashed.hexdigest()
