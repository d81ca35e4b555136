"""What a Dockerfile takes from its context, where that can be told from its text: then nothing else counts for the image.

`COPY` and `ADD` from the context, and mounts of it (`RUN --mount=type=bind`). A source with a wildcard or a variable, the whole
folder, or a Dockerfile that takes nothing: then everything counts. So it does where the text does not tell: a stage begins from
an image that may have an ONBUILD, which its registry alone knows, or another frontend than Docker's reads the Dockerfile.
https://docs.docker.com/reference/dockerfile/#copy, #onbuild and #syntax
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dockyard.build.bases import beginnings
from dockyard.build.instructions import Instruction, Word, instructions
from dockyard.build.variables import PLATFORM
from dockyard.config import Reference

_NOT_PLAIN = re.compile(r"[*?\[\\$]")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|<<", re.I)
_SYNTAX = re.compile(r"^\ufeff?\s*(?:#|//)\s*syntax\s*=\s*(\S+)", re.I | re.M)
_OF_DOCKER = re.compile(r"(?:docker\.io/)?docker/dockerfile(?:[:@]\S+)?")


def copied(
    dockerfile: str, context: Path, args: Mapping[str, str], platforms: Sequence[str] = (PLATFORM,)
) -> tuple[str, ...] | None:
    """Paths below the context that the Dockerfile takes; None where all must be taken for it."""
    frontends = [*_SYNTAX.findall(dockerfile), *(value for name, value in args.items() if name == "BUILDKIT_SYNTAX")]
    if not all(_OF_DOCKER.fullmatch(frontend) for frontend in frontends):
        return None
    if not all(_without_triggers(base) for base in beginnings(dockerfile, args, platforms)):
        return None
    found = []
    for source in _sources(dockerfile):
        path = _path(source, context)
        if path is None:
            return None
        found.append(path)
    return tuple(dict.fromkeys(found)) or None


def _without_triggers(base: str) -> bool:
    """Whether it has surely no ONBUILD: Docker's official images have some under tags that say so, and nowhere else."""
    try:
        return Reference.parse(base).is_official and "onbuild" not in base
    except ValueError:
        return False


def _path(source: str, context: Path) -> str | None:
    """The source as a path below the context; None where it is none, or leads by a link."""
    if _NOT_PLAIN.search(source):
        return None
    path = posixpath.normpath(f"/{source}").strip("/")  # BuildKit takes /a, ./a and ../a for a, below the context
    parts = path.split("/")
    by_link = any((context / posixpath.join(*parts[: n + 1])).is_symlink() for n in range(len(parts)))
    return None if not path or by_link else path


def _sources(dockerfile: str) -> Iterator[str]:
    for instruction in instructions(dockerfile):
        flags = [flag.text for flag in instruction.flags]
        if instruction.name in ("COPY", "ADD") and not any(flag.startswith("--from=") for flag in flags):
            yield from (source for source in _words(instruction)[:-1] if not _ELSEWHERE.match(source))
        if instruction.name == "RUN":
            yield from filter(None, (_mounted(flag) for flag in flags))
        if instruction.name == "ONBUILD":
            yield "*"  # for who builds on this image; none of our business, and rare: take all


def _words(instruction: Instruction) -> list[str]:
    """The words, also of the JSON form."""
    text = " ".join(word.text for word in instruction.words)
    if text.startswith("["):
        try:
            return [str(word) for word in json.loads(text)]
        except ValueError:
            pass
    return [_unquoted(word) for word in instruction.words]


def _unquoted(word: Word) -> str:
    return re.sub("[\"']", "", word.text)


def _mounted(flag: str) -> str | None:
    """Source of a mount of the context; None where it is none."""
    if not flag.startswith("--mount="):
        return None
    options = dict(option.partition("=")[::2] for option in re.sub("[\"']", "", flag.removeprefix("--mount=")).split(","))
    if options.get("type", "bind") != "bind" or "from" in options:
        return None
    return options.get("source") or options.get("src") or "."
