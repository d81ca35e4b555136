"""Where the links among the files of a build lead: a container has only what is in its image."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from dockyard.build.ignore import IGNORE_FILE
from dockyard.build.text import composed
from dockyard.errors import BuildError

_OF_EVERY_CONTAINER = ("/dev/", "/proc/", "/sys/")


def unmet(context: Path, links: Mapping[str, str], found: Iterable[str], left_out: Callable[[str], bool]) -> Iterator[str]:
    """Links to what is inside the context and left out of the build, be it on this machine or not.

    Raises BuildError for a link that leads nowhere, or out of the context.

    :param links: path to target.
    :param found: paths of all that is not left out; of each link there, its folder.
    :param left_out: whether a path is left out, be it there or not.
    """
    there = _with_folders(found)
    for path, target in links.items():
        if target.startswith(_OF_EVERY_CONTAINER):
            continue
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if target.startswith("/") or inside.split("/", maxsplit=1)[0] == "..":
            raise _refused(context, path, target, "leads out of the build's folder")
        if composed(inside) in there:
            continue
        real = _real(context, inside)
        by_what_is_left_out = left_out(inside)
        if composed(real) in there and not by_what_is_left_out:
            continue
        if not (by_what_is_left_out or left_out(real) or os.path.exists(context / inside)):  # noqa: PTH110  # never raises
            raise _refused(context, path, target, "leads nowhere")
        yield path


def _with_folders(paths: Iterable[str]) -> set[str]:
    """These paths, and those of the folders that they are in."""
    there = {"", "."}
    for path in map(composed, paths):
        above = path
        while above not in there:
            there.add(above)
            above = posixpath.dirname(above)
    return there


def _real(context: Path, path: str) -> str:
    """The path to which links on the way to this one lead; it itself where that is out of the context."""
    real = Path(os.path.realpath(context / path))
    return real.relative_to(context).as_posix() if real.is_relative_to(context) else path


def _refused(context: Path, path: str, target: str, what: str) -> BuildError:
    hint = f"mend it, or add this line to {context / IGNORE_FILE}: {path}"
    return BuildError(f"{context / path}: this link to {target} {what}", hint=hint)
