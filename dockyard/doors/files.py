"""Small files that one command writes and another reads: whole, or not at all."""

import os
from pathlib import Path


def put(file: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file, whole for who reads it meanwhile; its folder is made. Raises OSError, and leaves nothing half written.

    :param private: whether nobody else may read it, nor look into its folder.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
    written = file.with_suffix(f".{os.getpid()}")
    try:
        written.touch(0o600 if private else 0o666)
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


def remove(file: Path) -> None:
    """Remove a file, where there is one."""
    file.unlink(missing_ok=True)


def ending(folder: Path, end: str) -> list[Path]:
    """Files directly in a folder whose names end so, in order; none where there is no folder."""
    return sorted(folder.glob(f"*{end}"))
