"""A hash of what the stacks are made from, by which a deploy knows that nothing changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dockyard.build.hashes import Hashes
from dockyard.config import Project
from dockyard.defaults import PROJECT_FILE
from dockyard.deploy.variables import variables_in
from dockyard.deploy.versions import other_folders, own_folders, packages

_SETTINGS = ("cdk.json", "cdk.context.json", PROJECT_FILE)
_NOT_READ = ("services", "tests", "bench", "docs")
"""Folders of the project of which app.py makes nothing."""
_TEXT = (".md", ".rst", ".lock", ".log")
"""Files at its top of which it makes nothing; dockyard.lock is read for what counts of it."""
_WHOLE_BYTES = 100 << 20
"""A larger file counts by its size and time."""
_KEPT = ".stacks.bin"
"""Where hashes are kept; beside those of services, none of which is called so."""
_NEVER = ("node_modules", "__pycache__", "cdk.out")
_MADE = ("pyvenv.cfg", "cdk.out")
"""Files that only a virtual environment and a cloud assembly have."""


def fingerprint(project: Project, environment: str, account: str, region: str) -> str:
    """A hash of all that the stacks are made from, but for the sources of the images: files, variables, versions, place.

    Pins in dockyard.lock say which image runs: they change a tag, and nothing else of the stacks. Files are the settings, each
    service.yaml, files that these name, and every file that app.py could import or read: those of the project, but for hidden
    folders, virtual environments, cloud assemblies, services, tests, bench and docs; Python of PYTHONPATH, and Dockyard's own.
    """
    lock = project.lock.model_dump(mode="json", exclude={"pins"})
    digest = hashlib.sha256(json.dumps([environment, account, region, lock, *packages()]).encode())
    named = {file.resolve() for found in project.environments.values() for file in found.files}
    known = Hashes(project.own_folder / "hashes" / _KEPT)
    for name, path in _files(project.root.resolve(), named):
        digest.update(f"\0{name}\0{_content(known, path)}".encode("utf-8", "surrogateescape"))
    known.keep()
    digest.update(json.dumps(variables(project.root)).encode())
    return digest.hexdigest()


def variables(root: Path) -> dict[str, str]:
    """Those that Python files of the project read, as `variables_in` tells of them."""
    return variables_in(path.read_bytes() for path in _below(root.resolve(), _NOT_READ) if path.suffix == ".py")


def _content(known: Hashes, path: Path) -> str:
    facts = path.stat()
    if facts.st_size > _WHOLE_BYTES:
        return f"{facts.st_size} {facts.st_mtime_ns}"
    real = os.path.realpath(path)
    return known.of(real, real, facts)


def _files(root: Path, named: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Name and path of each file that counts, in a fixed order."""
    settings = [root / name for name in _SETTINGS]
    told = {path for path in _below(root, _NOT_READ) if path.parent != root or path.suffix not in _TEXT}
    for path in sorted({*settings, *named, *root.glob("services/*/service.yaml"), *told}):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path
    for package, folder in (*own_folders(), *(("", folder) for folder in other_folders(root))):
        own = (path for path in _below(folder) if path.suffix == ".py" and path not in told)
        yield from ((f"{package}:{path.relative_to(folder)}", path) for path in own)


def _below(top: Path, left_out: tuple[str, ...] = ()) -> Iterator[Path]:
    """Files in this folder and below, in a fixed order; not in hidden ones, nor in those directly below it that are left out.

    Links to folders are followed, each folder once.
    """
    followed: set[str] = set()
    for folder, folders, files in os.walk(top, followlinks=True):
        here = Path(folder)
        if (real := os.path.realpath(folder)) in followed:
            folders.clear()
            continue
        followed.add(real)
        passed_over = (*_NEVER, *left_out) if here == top else _NEVER
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in passed_over and not _is_made(here / name))
        yield from (here / name for name in sorted(files) if name[0] != "." and (here / name).is_file())


def _is_made(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _MADE)
