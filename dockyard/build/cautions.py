"""What a user should know of the files that are sent to a build: secrets among them, or far too much of them."""

import contextlib
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from dockyard.build.context import Contents
from dockyard.build.ignore import IGNORE_FILE, lines_of, only_lets_in
from dockyard.build.sizes import size

LARGE = 500 * 10**6
"""Bytes from which a context is too large."""
_ENV_FILES = (".env", ".env.*")
_EXAMPLES = ("*.example", "*.sample", "*.template", "*.dist", "*.defaults")
_KEY_FILES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pem", "*.key", "*.p8", "*.ppk")
_TOLD = 3
_HEAD = 4096
"""Bytes of a file in which a private key says that it is one."""


def cautions(context: Path, found: Contents) -> Iterator[str]:
    """A sentence each, with the file and the line that leaves it out."""
    ignore = context / IGNORE_FILE
    let_in = _let_in(ignore)
    for path, kind, _ in found.entries:
        name = PurePosixPath(path).name
        if kind == "link":
            continue
        if _is(name, _ENV_FILES) and not _is(name, _EXAMPLES) and path not in let_in:
            yield f"{context / path} goes into the build, and may hold secrets; add this line to {ignore}: {path}"
        elif _is(name, _KEY_FILES) and _holds_key(context / path):
            yield f"{context / path} goes into the build, and holds a private key; add this line to {ignore}: {path}"
    if found.unmet:
        first, *more = found.unmet
        others = f" (and {len(more)} other such link{'s' if len(more) > 1 else ''})" if more else ""
        yield (
            f"{context / first} goes into the build, and what it leads to is left out{others}; "
            f"if nothing else puts it there, add this line to {ignore}: {first}"
        )
    if found.size > LARGE:
        largest, amount = _largest(context, found)
        yield (
            f"{context}: {size(found.size)} go into the build, {size(amount)} of them in {largest}; "
            f"if the image does not need it, add this line to {ignore}: {largest}"
        )


def unread(context: Path, read: Mapping[str, Sequence[str]], found: Contents) -> Iterator[str]:
    """What is said of files of variables that a generated Dockerfile leaves out, and that the build would read.

    :param read: path of each to the variables that the build takes from it.
    """
    ignore, there = context / IGNORE_FILE, {path for path, _, _ in found.entries}
    if ignore.is_file() and not only_lets_in(lines_of(ignore)):
        return
    for path, names in read.items():
        if path not in there:
            told = ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")
            yield (
                f"{context / path} is not in the build, which would read {told} from it: if it holds no secrets, add this line "
                f"to {ignore}: !{path}"
            )


def misplaced(context: Path, served: str | None, route: str) -> Iterator[str]:
    """What is said of a site on a route with a path, which the load balancer leaves in front of what it asks for.

    :param served: the folder with the site, which may be made by the build; None where the app is no site.
    """
    folder = route.strip("/")
    if served is not None and folder and not set(folder) & {"*", "?"} and not (context / served / folder).is_dir():
        yield (
            f"the site is asked for {route} and what is below it, and {context / served} has no folder {folder}: add "
            "strip_path: true to http in service.yaml, also where a build makes its pages for that path, and it is asked for /; "
            "or put its pages in such a folder; or give the service a host of its own by http.host"
        )


def _let_in(ignore: Path) -> set[str]:
    """Paths that a .dockerignore lets in by name."""
    lines = lines_of(ignore) if ignore.is_file() else []
    return {line[1:].strip().removeprefix("/") for line in lines if line.startswith("!")}


def _is(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _holds_key(file: Path) -> bool:
    with contextlib.suppress(OSError), file.open("rb") as content:
        return b"PRIVATE KEY-----" in content.read(_HEAD)
    return False


def _largest(context: Path, found: Contents) -> tuple[str, int]:
    """Of what is in the folder itself, the file or folder with the most in it, and its size."""
    sizes: dict[str, int] = {}
    for path, kind, _ in found.entries:
        if kind != "link":
            with contextlib.suppress(OSError):
                first = path.split("/", maxsplit=1)[0]
                sizes[first] = sizes.get(first, 0) + (context / path).stat().st_size
    return max(sizes.items(), key=lambda one: one[1], default=("", 0))
