"""What the file system says of a folder, without reading a file: by it one knows that nothing in it is another than before."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

RACY_NS = 2 * 10**9
"""A file that was changed within so many nanoseconds may be changed again unseen: the clocks of file systems have ticks.

git has the same rule: https://git-scm.com/docs/racy-git
"""
_CACHE = "__pycache__"


class Seen:
    """What was seen of some files; the same digest means the same files with the same content.

    That holds for a file that could not have been changed since, and not be seen to be: `newest` tells (`RACY_NS`).
    """

    def __init__(self, limit: int) -> None:
        """Look at no more files than this: then OSError is raised, as it would take longer than what it saves."""
        self.left = limit
        """How many more it would look at."""
        self._digest = hashlib.sha256()
        self._followed: set[str] = set()
        self.newest = 0
        """When the youngest of them was changed, in nanoseconds since 1970."""

    def digest(self) -> str:
        """Of all that was seen."""
        return self._digest.hexdigest()

    def text(self, text: str) -> None:
        """Note what is no file."""
        self._digest.update(f"{len(text)} {text}\n".encode("utf-8", "surrogateescape"))  # a name may be any bytes

    def file(self, path: str) -> None:
        """Note a file, or that there is none."""
        try:
            found = os.stat(path)  # noqa: PTH116  # twenty thousand of them: Path takes five times as long
        except OSError:
            self.text(f"{path} -")
            return
        self._note(path, found)

    def folder(self, top: Path, left_out: frozenset[str] = frozenset(), *, caches: bool = False, follows: bool = False) -> None:
        """Note all that is in a folder and below, but for these files and folders in it.

        :param caches: also what Python has compiled.
        :param follows: also what is in folders that links lead to, each once.
        """
        if follows:
            self._followed.add(os.path.realpath(top))
        for entry in _below(str(top), left_out, caches=caches):
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                self.text(f"{entry.path} -> {os.readlink(entry.path)}")  # noqa: PTH115
                self.newest = max(self.newest, found.st_ctime_ns)
                with contextlib.suppress(OSError):  # a link to nowhere
                    self._note(entry.path, entry.stat())
                if follows and entry.is_dir() and os.path.realpath(entry.path) not in self._followed:
                    self.folder(Path(os.path.realpath(entry.path)), follows=True)
                continue
            self._note(entry.path, found)

    def _note(self, path: str, found: os.stat_result) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(f"too many files: {path}")
        folder = stat.S_ISDIR(found.st_mode)  # its times change with what is left out, and its names are told
        facts = () if folder else (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
        self.newest = max(self.newest, 0 if folder else found.st_mtime_ns, 0 if folder else found.st_ctime_ns)
        self.text(f"{path} {found.st_mode} {facts}")


def folders_in(top: Path) -> list[str]:
    """Names of the folders directly in it, or linked there."""
    return [entry.name for entry in _entries(str(top)) if entry.is_dir()]


def entries_of(top: Path) -> list[os.DirEntry[str]]:
    """What is directly in a folder, by name."""
    return _entries(str(top))


def is_python_environment(folder: Path) -> bool:
    """Whether it is a virtual environment of Python.

    https://docs.python.org/3/library/venv.html#how-venvs-work
    """
    return (folder / "pyvenv.cfg").exists()


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def _below(top: str, left_out: frozenset[str], *, caches: bool) -> Iterator[os.DirEntry[str]]:
    folders = [top]
    while folders:
        folder = folders.pop()
        for entry in _entries(folder):
            below = entry.is_dir(follow_symlinks=False)
            if (folder == top and entry.name in left_out) or (below and entry.name == _CACHE and not caches):
                continue
            yield entry
            if below:
                folders.append(entry.path)
