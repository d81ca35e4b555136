"""Git: what it knows of a folder with sources."""

import re
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from dockyard.doors.process import Processes
from dockyard.errors import DockyardError
from dockyard.threads import Threads

_DIRTY = "-dirty"
_NEW = ("--literal-pathspecs", "ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "--")
"""Asks for them; a folder that is new as a whole is not walked through."""
_COMMIT = re.compile(r"[0-9a-f]{40}(-dirty)?")


@dataclass(frozen=True)
class Revision:
    """What a work tree is at."""

    commit: str
    """Its whole hash, with `-dirty` where a file that git knows was changed since, or one is new that it does not ignore."""
    remote: str | None
    """Address of the remote `origin`, as it was configured."""


class Git:
    """The program `git`, where it is."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._begun: dict[Path, Future[Revision | None]] = {}

    def look_at(self, folders: Collection[Path]) -> None:
        """Begin to ask for the revisions of these, beside whatever else is done."""
        pool = Threads()
        self._begun.update({folder: pool.submit(self._revision, folder, [Path()]) for folder in folders})

    def revision(self, folder: Path, sources: Collection[Path] | None = None) -> Revision | None:
        """What the work tree around this folder is at; None where there is none, nothing was committed, or there is no git.

        :param sources: folders below which new files are looked for; the others are not walked through. Default: this one.
        """
        begun = self._begun.pop(folder, None) if sources is None else None
        return begun.result() if begun else self._revision(folder, [Path()] if sources is None else sources)

    def _revision(self, folder: Path, sources: Collection[Path]) -> Revision | None:
        commit = self._ask(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
        if not commit or not _COMMIT.fullmatch(commit):
            return None
        if not commit.endswith(_DIRTY) and self._has_new(folder, sources):
            commit += _DIRTY
        return Revision(commit, self._ask(folder, "config", "--get", "remote.origin.url"))

    def _has_new(self, folder: Path, sources: Collection[Path]) -> bool:
        """Whether there is a file below the sources that git neither knows nor ignores."""
        return bool(sources) and bool(self._ask(folder, *_NEW, *map(str, sources)))

    def _ask(self, folder: Path, *arguments: str) -> str | None:
        try:
            ended = self._processes.run(["git", "-C", str(folder), *arguments], with_errors=False)
        except DockyardError:
            return None
        return ended.output.strip() if ended.code == 0 else None
