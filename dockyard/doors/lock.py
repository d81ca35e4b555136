"""Locks of this machine, by files: the system releases them when the process ends, however it ends."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def alone(file: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of this file, for work that must not be done twice at once; `waiting` is called once where it is held."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        if not _lock(handle):
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def signed(file: Path, name: str) -> Iterator[bool]:
    """Hold the lock of this file with a name in it, so that `left_by_the_dead` tells whether its bearer lives.

    False where another process holds it. The name stays there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        is_free = _lock(handle)
        if is_free:
            handle.truncate(0)
            handle.write(f"{name} {_identity(handle)}")
            handle.flush()
        yield is_free


def left_by_the_dead(file: Path, name: str) -> bool:
    """Whether the process has ended that signed this file with this name. A copy of the file tells nothing."""
    if not file.is_file():
        return False
    with file.open(encoding="utf-8", errors="replace") as handle:
        return _lock(handle) and handle.read() == f"{name} {_identity(handle)}"


def _lock(handle: TextIO) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _identity(handle: TextIO) -> str:
    """Which file it is, whatever is in it."""
    status = os.fstat(handle.fileno())
    return f"{status.st_dev}:{status.st_ino}"
