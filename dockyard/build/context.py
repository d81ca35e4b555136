"""The files that a build sees: which they are, what they hold, and a copy of just these for the builder."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dockyard.build.ignore import IGNORE_FILE, ignore_file, kept, lines_of
from dockyard.build.text import unreadable
from dockyard.errors import BuildError

GENERATED_IGNORES = (
    "**/.git", "**/.gitignore", "**/.venv", "**/venv", "**/node_modules", "**/__pycache__", "**/*.pyc", "**/.pytest_cache",
    "**/.mypy_cache", "**/.ruff_cache", "**/.env", "**/.env.*", "**/.DS_Store", "**/.idea", "**/.vscode", "**/*.log",
)  # fmt: skip
"""What a generated Dockerfile leaves out where the app has no .dockerignore."""
NEVER = ("service.yaml", ".dockyard", "cdk.out", IGNORE_FILE)
"""What is never part of an image. Dockyard's files: a change of configuration is no change of the image. And .dockerignore: it
has been applied by then, and a builder that finds it would apply it once more, by rules of its own."""


@dataclass(frozen=True)
class Entry:
    """One file of the context. `kind` is `file`, `exec` (executable) or `link`; `content` its SHA-256, or the link's target."""

    path: str
    kind: str
    content: str


def ignore_patterns(context: Path, dockerfile: Path | None, defaults: Sequence[str]) -> list[str]:
    """Patterns of the ignore file of this Dockerfile or context, or `defaults` where there is none; then those of `NEVER`.

    Raises BuildError.
    """
    file = ignore_file(context, dockerfile)
    return [*(lines_of(file) if file else defaults), *NEVER]


def entries(context: Path, patterns: Iterable[str]) -> tuple[Entry, ...]:
    """The context's files and links that no pattern leaves out, by path; sockets and the like are left out. Raises BuildError.

    Folders without files do not count, as in git.
    """
    return tuple(found for path in sorted(kept(context, patterns)) if (found := _entry(context / path, path)))


def _entry(file: Path, path: str) -> Entry | None:
    try:
        if file.is_symlink():
            return Entry(path, "link", str(file.readlink()))
        if not file.is_file():
            return None
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        return Entry(path, "exec" if file.stat().st_mode & 0o100 else "file", digest)
    except OSError as error:
        raise unreadable(file, error) from error


def stage(context: Path, files: Iterable[Entry], target: Path) -> None:
    """Make `target` a folder with these files and no others, so that what is built is what was hashed.

    Modes are 0644, or 0755 for what may be executed, whatever they and the umask are here: they are no part of the tag. Times
    are kept: the builder compares them and sends only what changed. Raises BuildError where a file is another one by now.
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
        raise BuildError(f"{source}: cannot be read any more: {error.strerror}", hint="run the same command again") from error
    with destination.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != entry.content:
            raise BuildError(f"{source} was changed while it waited to be built", hint="run the same command again")
    destination.chmod(0o755 if entry.kind == "exec" else 0o644)
    os.utime(destination, ns=(times.st_atime_ns, times.st_mtime_ns))
