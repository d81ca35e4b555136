"""The files that a build sees: which they are, what they hold, and a copy of just these for the builder."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docker.utils.build import PatternMatcher

from dockyard.errors import BuildError

GENERATED_IGNORES = (
    "**/.git", "**/.gitignore", "**/.venv", "**/venv", "**/node_modules", "**/__pycache__", "**/*.pyc", "**/.pytest_cache",
    "**/.mypy_cache", "**/.ruff_cache", "**/.env", "**/.env.*", "**/.DS_Store", "**/.idea", "**/.vscode", "**/*.log",
)  # fmt: skip
"""What a generated Dockerfile leaves out where the app has no .dockerignore."""
OWN_FILES = ("service.yaml", ".dockyard", "cdk.out")
"""What is Dockyard's and never part of an image: a change of configuration is no change of the image."""


@dataclass(frozen=True)
class Entry:
    """One file of the context. `kind` is `file`, `exec` (executable) or `link`; `content` its SHA-256, or the link's target."""

    path: str
    kind: str
    content: str


def ignore_patterns(context: Path, defaults: Sequence[str]) -> list[str]:
    """Patterns of the context's .dockerignore, or `defaults` where it has none; then what is never part of an image."""
    file = context / ".dockerignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else list(defaults)
    patterns = [line.strip() for line in lines]
    return [line for line in patterns if line and not line.startswith("#")] + list(OWN_FILES)


def entries(context: Path, patterns: Iterable[str]) -> tuple[Entry, ...]:
    """The context's files that no pattern leaves out, by path. Folders without files do not count, as in git."""
    matcher = PatternMatcher(list(patterns))
    matcher.patterns.pop()  # docker-py always lets .dockerignore in, for the builder; ours has no need of it
    found = []
    for relative in sorted(Path(path).as_posix() for path in matcher.walk(str(context))):
        path = context / relative
        if path.is_symlink():
            found.append(Entry(relative, "link", str(path.readlink())))
        elif path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found.append(Entry(relative, "exec" if path.stat().st_mode & 0o100 else "file", digest))
    return tuple(found)


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
