"""A buildx that starts with the program, where sources may have changed since the last push: it waits for what is to be built.

What tells that takes as long to import as buildx takes to start.
"""

import json
import os
from pathlib import Path

from dockyard.defaults import ENGINE, PROJECT_FILE
from dockyard.deploy.standing_file import PUSHES, standing_file
from dockyard.doors.docker_context import may_be_in_use
from dockyard.doors.waiting import Waiting

_MOST = 2_000
"""Files; to look at more takes longer than what is saved."""
_BY_TLS = ("DOCKER_TLS_VERIFY", "DOCKER_TLS")
"""Variables of an engine that buildx does not find without `docker`."""


def begun_ahead(environment: str | None) -> Waiting | None:
    """The program; None where there may be nothing for it to do, or it is not sure which program, and for which engine.

    :param environment: as the user named it.
    """
    try:
        here = Path.cwd()
        root = next(path for path in (here, *here.parents) if (path / PROJECT_FILE).exists())
        file = standing_file(root, PUSHES, environment)
        if file is None or any(map(os.environ.get, _BY_TLS)) or may_be_in_use(os.environ):
            return None
        if not _is_younger(root / "services", file.stat().st_mtime_ns):
            return None
        left = json.loads(file.read_bytes())
        asks = left["registry"] and not left["keeps_indexes"]  # builds ask a registry, and need a token of it
        return None if asks or not left["builds"] else Waiting(left["cli"]["plugin"], ENGINE)
    except (StopIteration, OSError, ValueError, KeyError, TypeError):  # there is no such push, or no such program
        return None


def _is_younger(top: Path, than: int) -> bool:
    """Whether anything in this folder changed after then, in nanoseconds since 1970. Raises OSError where there is too much."""
    folders, left = [str(top)], _MOST
    while folders:
        with os.scandir(folders.pop()) as found:
            for entry in found:
                seen = entry.stat(follow_symlinks=False)
                if max(seen.st_mtime_ns, seen.st_ctime_ns) > than:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                left -= 1
                if not left:
                    raise OSError("too many files")
    return False
