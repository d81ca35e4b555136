"""Small files that one command writes and another reads: whole, or not at all."""

import os
import stat
from pathlib import Path


def put(file: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file, whole for who reads it meanwhile; its folder is made. Raises OSError, and leaves nothing half written.

    :param private: whether nobody else may read it, nor look into its folder.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_suffix(f".{os.getpid()}")
    try:
        if private:
            file.parent.chmod(0o700)
            written.unlink(missing_ok=True)
            os.close(os.open(written, os.O_CREAT | os.O_EXCL, 0o600))  # no file of others, nor one that a link leads to
        written.write_bytes(content)
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)


def content(file: Path) -> bytes:
    """What is in a file; nothing where there is none, or it may not be read."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def is_private(file: Path) -> bool:
    """Whether it is a file of ours that nobody else may read or write."""
    try:
        found = file.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def remove(file: Path) -> None:
    """Remove a file, where there is one."""
    file.unlink(missing_ok=True)


def ending(folder: Path, end: str) -> list[Path]:
    """Files directly in a folder whose names end so, in order; none where there is no folder."""
    return sorted(folder.glob(f"*{end}"))
