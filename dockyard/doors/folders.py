"""Folders for a while: each goes with its block, and with the program where that is interrupted."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_there: set[Path] = set()


@contextlib.contextmanager
def temporary(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A new folder as long as the block lasts; where the system keeps such folders, if no parent is named."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    _there.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _there.discard(folder)


def is_free(folder: Path, mark: str) -> bool:
    """Whether a folder may be made there anew: nothing is there, or nothing in it, or it has the file of this name."""
    return not folder.exists() or (folder / mark).is_file() or (folder.is_dir() and not any(folder.iterdir()))


def take_place(new: Path, old: Path) -> Path:
    """Put a folder in the place of another, which goes; where it is then. It stays where another program writes there."""
    aside = old.with_name(f"{old.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with contextlib.suppress(FileNotFoundError):
            old.replace(aside)
        new.replace(old)
    except OSError:
        return new
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return old


def remove_all() -> None:
    """Remove those that are there, in whichever thread they are used: we were interrupted."""
    for folder in list(_there):
        shutil.rmtree(folder, ignore_errors=True)
