"""The files that a build sees: which they are, what they hold, and a copy of just these for the builder."""

import errno
import hashlib
import os
import posixpath
import shutil
import stat as modes
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from dockyard.build.hashes import Hashes
from dockyard.build.ignore import IGNORE_FILE, ignore_file, kept, leaves_out, lines_of, only_lets_in
from dockyard.build.links import unmet
from dockyard.build.text import composed, unreadable
from dockyard.defaults import PROJECT_FILE
from dockyard.errors import BuildError

GENERATED_IGNORES = (
    "**/.git", "**/.gitignore", "**/.venv", "**/venv", "**/node_modules", "**/__pycache__", "**/*.pyc", "**/.pytest_cache",
    "**/.mypy_cache", "**/.ruff_cache", "**/.env", "**/.env.*", "**/.DS_Store", "**/.idea", "**/.vscode", "**/*.log",
)  # fmt: skip
"""What a generated Dockerfile leaves out where the app has no .dockerignore, or one that only lets in."""
NEVER = ("service.yaml", ".dockyard", "cdk.out", IGNORE_FILE)
"""What is never part of an image. Dockyard's files: a change of configuration is no change of the image. And .dockerignore: it
has been applied by then, and a builder that finds it would apply it once more, by rules of its own."""
OF_PROJECT = (PROJECT_FILE, "dockyard.lock", "services/*/service.yaml")
"""More of Dockyard's files, where an image is built from the whole project, unless a line lets them in: a rollback writes a lock,
and changes no image."""
_OF_SERVICES = ("*/service.yaml",)
"""The same, where it is built from the folder of all services."""


class Entry(NamedTuple):
    """One file of the context. `kind` is `file`, `exec` (executable) or `link`; `content` its SHA-256, or the link's target."""

    path: str
    kind: str
    content: str

    @property
    def counted(self) -> tuple[str, str, str]:
        """What of it counts for a tag. One file system keeps a name composed (é), another decomposed: they count as one."""
        return composed(self.path), self.kind, composed(self.content)


class Contents(NamedTuple):
    """The files of a context, by path, and their size together."""

    entries: tuple[Entry, ...]
    size: int
    """Bytes."""
    unmet: tuple[str, ...] = ()
    """Links to what is left out of the build."""


def ignore_patterns(context: Path, dockerfile: Path | None, defaults: Sequence[str]) -> list[str]:
    """Patterns of the ignore file of this Dockerfile or context, or `defaults` where there is none; then Dockyard's own files.

    Where that file only lets in (`!.env.production`), which alone means nothing, its lines follow `defaults`. Raises BuildError.
    """
    file = ignore_file(context, dockerfile)
    lines = lines_of(file) if file else []
    return [*(defaults if file is None or only_lets_in(lines) else ()), *_of_project(context), *lines, *NEVER]


def _of_project(context: Path) -> tuple[str, ...]:
    if (context / PROJECT_FILE).is_file():
        return OF_PROJECT
    return _OF_SERVICES if context.name == "services" and (context.parent / PROJECT_FILE).is_file() else ()


def contents(
    context: Path,
    patterns: Sequence[str],
    *,
    below: Sequence[str] | None = None,
    without: Collection[str] = (),
    hashes: Hashes | None = None,
) -> Contents:
    """The context's files and links that no pattern leaves out, by path; sockets and the like are left out.

    Folders without files do not count, as in git. Raises BuildError, also for a link that leads nowhere or out of the context.

    :param below: only these paths and what is below them; all where it is None.
    :param without: not these paths, whatever the patterns let in.
    :param hashes: what is known of the files from the time before.
    """
    known, size, found = hashes or Hashes(None), 0, []
    for path, entry in chosen(context, patterns, below, without):  # in the order of the disk, which tells most of it at once then
        try:
            facts = entry.stat(follow_symlinks=False)
            if modes.S_ISLNK(facts.st_mode):
                found.append(Entry(path, "link", str(Path(entry.path).readlink())))
            elif modes.S_ISREG(facts.st_mode):
                size += facts.st_size
                found.append(Entry(path, "exec" if facts.st_mode & 0o100 else "file", known.of(path, entry.path, facts)))
        except OSError as error:
            raise unreadable(entry.path, error) from error
    known.keep()
    entries = tuple(sorted(found, key=itemgetter(0)))
    return Contents(entries, size, tuple(_unmet(context, entries, patterns, below, without)))


def _unmet(
    context: Path, entries: Iterable[Entry], patterns: Sequence[str], below: Sequence[str] | None, without: Collection[str]
) -> Iterable[str]:
    """Links to what is left out. What is there and the Dockerfile does not take is not: it may get it by other means."""
    links = {path: target for path, kind, target in entries if kind == "link"}
    if not links:
        return ()
    if below is None:
        there = [(path, kind == "link") for path, kind, _ in entries]
    else:
        there = [(path, entry.is_symlink()) for path, entry in chosen(context, patterns, None, without)]
    found = (posixpath.dirname(path) if is_link else path for path, is_link in there)
    return unmet(context, links, found, leaves_out(context, patterns, without))


def chosen(
    context: Path, patterns: Iterable[str], below: Sequence[str] | None = None, without: Collection[str] = ()
) -> Iterable[tuple[str, "os.DirEntry[str]"]]:
    """Path and entry of all that no pattern leaves out, in no order. Raises BuildError.

    :param below: as of `contents`, and so is `without`.
    """
    found = kept(context, patterns)
    if without:
        never = frozenset(map(composed, without))
        found = ((path, entry) for path, entry in found if composed(path) not in never)
    if below is None:
        return found
    roots = frozenset(map(composed, below))
    folders = tuple(f"{path}/" for path in roots)
    return ((path, entry) for path, entry in found if (name := composed(path)) in roots or name.startswith(folders))


def stage(context: Path, files: Iterable[Entry], target: Path) -> None:
    """Make `target` a folder with these files and no others, so that what is built is what was hashed.

    Modes are 0644, or 0755 for what may be executed, whatever they and the umask are here: they are no part of the tag. Times
    are kept: the builder compares them and sends only what changed. Raises BuildError where a file is another one by now; OSError
    where there is no room for them.
    """
    wanted = {entry.path: entry for entry in files}
    if target.exists():
        shutil.rmtree(target)
    for relative, entry in wanted.items():
        destination = target / relative
        destination.parent.mkdir(parents=True, exist_ok=True)
        if entry.kind == "link":
            destination.symlink_to(entry.content)
            continue
        _copy(context / relative, destination, entry)
    target.mkdir(parents=True, exist_ok=True)
    for folder in [target, *(path for path in target.rglob("*") if path.is_dir() and not path.is_symlink())]:
        folder.chmod(0o755)


def _copy(source: Path, destination: Path, entry: Entry) -> None:
    try:
        shutil.copyfile(source, destination)
        times = source.stat()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise BuildError(f"{source}: cannot be read any more: {error.strerror}", hint="run the same command again") from error
    with destination.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != entry.content:
            raise BuildError(f"{source} was changed while it waited to be built", hint="run the same command again")
    destination.chmod(0o755 if entry.kind == "exec" else 0o644)
    os.utime(destination, ns=(times.st_atime_ns, times.st_mtime_ns))
