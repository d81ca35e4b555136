"""Git: what it knows of a folder with sources."""

import re
from dataclasses import dataclass
from pathlib import Path

from dockyard.doors.process import Processes
from dockyard.errors import DockyardError

_COMMIT = re.compile(r"[0-9a-f]{40}(-dirty)?")


@dataclass(frozen=True)
class Revision:
    """What a work tree is at."""

    commit: str
    """Its whole hash, with `-dirty` where a file that git knows was changed since."""
    remote: str | None
    """Address of the remote `origin`, as it was configured."""


class Git:
    """The program `git`, where it is."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def revision(self, folder: Path) -> Revision | None:
        """What the work tree around this folder is at; None where there is none, nothing was committed, or there is no git."""
        commit = self._ask(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
        if not commit or not _COMMIT.fullmatch(commit):
            return None
        return Revision(commit, self._ask(folder, "config", "--get", "remote.origin.url"))

    def _ask(self, folder: Path, *arguments: str) -> str | None:
        try:
            ended = self._processes.run(["git", "-C", str(folder), *arguments], with_errors=False)
        except DockyardError:
            return None
        return ended.output.strip() if ended.code == 0 else None
