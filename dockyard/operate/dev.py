"""Waits for a save: until a file that counts for a service is another one, and nothing is being written any more."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dockyard.build.of_project import seen
from dockyard.config import LOCK_FILE, Environment, Project, service_of
from dockyard.defaults import PROJECT_FILE
from dockyard.errors import DockyardError

LOOK_SECONDS = 0.2
"""Between two looks."""
SETTLED_SECONDS = 0.1
"""How long nothing must have been written: an editor, or git, writes several files."""

Facts = Mapping[str, tuple[int, ...]]
"""Path to what the file system says of it: the times of its last change are the second and the third."""


@dataclass(frozen=True)
class Saved:
    """What was saved."""

    paths: tuple[str, ...]
    """Changed, new or gone, in order."""
    at: float
    """When, the last of them, by `time.time`."""


def facts_of(project: Project, environment: Environment, service: str) -> Facts:
    """Of all files that count for a service: those of its image and its sidecars', and the settings. Raises DockyardError."""
    found: dict[str, tuple[int, ...]] = {}
    for name, settings in environment.images.items():
        if service_of(name) == service:
            found |= seen(project, name, settings)
    return {**found, **settings_of(project, environment, service)}


def settings_of(project: Project, environment: Environment, service: str) -> Facts:
    """Of its service.yaml, dockyard.yaml, dockyard.lock and the files that these name that are there."""
    files = [project.service_folder(service) / "service.yaml", project.root / PROJECT_FILE, project.root / LOCK_FILE]
    told = [(file, file.stat()) for file in (*files, *environment.files) if file.is_file()]
    return {str(file): (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino) for file, stat in told}


class Watch:
    """What was there at the last look.

    :param look: tells it; where it raises DockyardError, as a Dockerfile is half written, that is looked at again.
    """

    def __init__(self, look: Callable[[], Facts]) -> None:
        self._look, self._before = look, look()

    def wait(self) -> Saved:
        """Until something is saved, which may have been already since the last time."""
        while True:
            before, now = self._before, self._settled()
            if now != before:
                self._before = now
                return saved(before, now)
            time.sleep(LOOK_SECONDS)

    def _settled(self) -> Facts:
        now = self._again()
        while now != self._before:
            time.sleep(SETTLED_SECONDS)
            later = self._again()
            if later == now:
                break
            now = later
        return now

    def _again(self) -> Facts:
        try:
            return self._look()
        except (DockyardError, OSError):  # a file is being written, or replaced
            return self._before


def saved(before: Facts, now: Facts) -> Saved:
    """What differs, and when that was saved; of what is gone, nobody knows when, so it is now."""
    paths = tuple(sorted(_differing(before, now)))
    times = [now[path][2] / 1e9 if path in now else time.time() for path in paths]
    return Saved(paths, max(times))


def _differing(before: Facts, now: Facts) -> Iterator[str]:
    return (path for path in {*before, *now} if before.get(path) != now.get(path))


def named(paths: tuple[str, ...], folder: Path) -> str:
    """As the user sees them: the first, and how many more."""
    first = Path(paths[0])
    shown = first.relative_to(folder) if first.is_relative_to(folder) else first
    return f"{shown}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
