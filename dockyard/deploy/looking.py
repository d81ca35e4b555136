"""What there is of a project, and of what reads it, without reading any of it."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dockyard import __version__
from dockyard.deploy.versions import other_folders, own_folders, packages
from dockyard.doors.tree import RACY_NS, Seen, entries_of, folders_in, is_python_environment

_SERVICES = "services"
_SETTINGS = "service.yaml"
_MADE = ("node_modules", "cdk.out")
_OURS = ("AWS_", "CDK_", "DOCKYARD_", "BUILDX_")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Others may come to the same account, which is looked at."""
_FILES = ("DOCKYARD_STAND_INS", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""Variables that name a file which counts."""
_OF_USER = ("~/.aws/config", "~/.aws/credentials")
_MOST = 20_000
"""Files; to look at more takes longer than what is saved."""


@dataclass(frozen=True)
class Look:
    """What was seen, and when."""

    rest: Seen
    """All but what follows."""
    folders: Mapping[str, Seen]
    """Name of each folder in `services` to what is in it, but for its service.yaml."""
    at: int
    """Nanoseconds since 1970."""

    def digest(self) -> str:
        """Of all of it."""
        parts = [self.rest.digest(), *(f"{name} {seen.digest()}" for name, seen in self.folders.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_still(self, digest: str) -> bool:
        """Whether all is as it was when this was its digest."""
        return self.settled and self.digest() == digest

    @property
    def settled(self) -> bool:
        """Whether no file was changed a moment ago, which could be again, unseen."""
        return all(map(self.is_settled, (self.rest, *self.folders.values())))

    def is_settled(self, seen: Seen) -> bool:
        """The same of a part of it."""
        return seen.newest < self.at - RACY_NS


def look(root: Path) -> Look | None:
    """What there is; None where that is of no use.

    So it is where a service is elsewhere, there are too many files, or a folder went meanwhile, or may not be read. Nor is it
    of use where an image is built from files outside of `services`, or variables are read from elsewhere.
    """
    rest, now = Seen(_MOST), time.time_ns()
    try:
        return Look(rest, _look(root, rest), now)
    except OSError:
        return None


def _look(root: Path, rest: Seen) -> dict[str, Seen]:
    rest.text(json.dumps([__version__, sys.version, sys.path, packages(), *map(str, own_folders())]))
    told = {name: value for name, value in os.environ.items() if name.startswith(_OURS) and name not in _CREDENTIALS}
    rest.text(json.dumps(told, sort_keys=True))
    for file in (*(told.get(name, "") for name in _FILES), *_OF_USER):
        rest.file(os.path.expanduser(file))  # noqa: PTH111  # as botocore does
    there = folders_in(root)
    rest.folder(root, frozenset({_SERVICES, *(name for name in there if _is_made(root, name))}), follows=True)
    for _, package in own_folders():
        rest.folder(package)
    for folder in other_folders(root):
        rest.folder(folder, frozenset(name for name in folders_in(folder) if _is_made(folder, name)), follows=True)
    return _folders(root / _SERVICES, rest) if _SERVICES in there else {}


def _folders(services: Path, rest: Seen) -> dict[str, Seen]:
    """Each with what is in it. Raises OSError for a link, as what it leads to is not seen."""
    found: dict[str, Seen] = {}
    for entry in entries_of(services):
        if entry.is_symlink():
            raise OSError(f"what is there is not seen: {entry.path}")
        rest.file(entry.path)
        if entry.is_dir():
            rest.file(os.path.join(entry.path, _SETTINGS))  # noqa: PTH118  # as of `Seen.file`
            seen = Seen(rest.left)
            seen.folder(Path(entry.path), frozenset({_SETTINGS}), caches=True)
            rest.left, found[entry.name] = seen.left, seen
    return found


def _is_made(root: Path, name: str) -> bool:
    """Whether what is in this folder of the project is made by programs, and makes nothing of a deploy."""
    return name.startswith(".") or name in _MADE or is_python_environment(root / name)


def sees(root: Path, file: Path) -> bool:
    """Whether `look` sees this file of the project."""
    try:
        first, *rest = file.resolve().relative_to(root.resolve()).parts
    except ValueError:  # elsewhere, or the folder itself
        return False
    return not rest or not _is_made(root, first)


def holds(root: Path, context: Path) -> bool:
    """Whether `look` sees all of the folder that an image is built from."""
    return context.resolve().is_relative_to((root / _SERVICES).resolve())


def folder_of(root: Path, path: Path) -> str | None:
    """Name of the folder in `services` that has this file, or folder, or is it; None for what has them all, or is elsewhere."""
    services = (root / _SERVICES).resolve()
    return path.relative_to(services).parts[0] if path.is_relative_to(services) and path != services else None


def is_settings(root: Path, file: Path) -> bool:
    """Whether this file is a service's service.yaml, which counts for all of the project."""
    return file.name == _SETTINGS and file.resolve().parent.parent == (root / _SERVICES).resolve()
