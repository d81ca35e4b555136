"""Base images: which ones a Dockerfile starts from, and what they really are.

A tag such as `python:3.13-slim` may point to another image tomorrow, so what counts for an image's content is the base's
identity: its digest in dockyard.lock, or that of a stand-in where no registry can be reached (`dockyard.local.stand_ins`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dockyard.errors import BuildError

STAND_INS = "DOCKYARD_STAND_INS"
"""Environment variable with the path of the file that lists stand-ins; `dockyard local env` sets it."""

_FROM = re.compile(
    r"^(?P<head>[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?)(?P<image>\S+)(?:[ \t]+AS[ \t]+(?P<stage>\S+))?", re.I | re.M
)
_COPY = re.compile(r"^(?P<head>[ \t]*COPY[ \t]+(?:--\S+[ \t]+)*?--from=)(?P<image>\S+)", re.I | re.M)
_ARG = re.compile(r"^[ \t]*ARG[ \t]+(?P<name>\w+)=(?P<value>\S*)", re.I | re.M)
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::-(?P<default>[^}]*))?\}|(?P<bare>\w+))")


@dataclass(frozen=True)
class StandIn:
    """An image made here that takes the place of a base which cannot be had."""

    repository: str
    """Path in the registry: the one that an ECR pull-through cache would use, such as `docker-hub/library/python`."""
    tag: str
    digest: str


def listed_stand_ins(file: Path) -> dict[str, StandIn]:
    """Those in the file that the local AWS keeps: reference to stand-in. Raises BuildError where it is damaged."""
    try:
        return TypeAdapter(dict[str, StandIn]).validate_json(file.read_bytes())
    except ValidationError as error:
        raise BuildError(f"{file}: damaged: it should list stand-ins", hint="remove it, and run: dockyard up") from error


@dataclass(frozen=True)
class Bases:
    """What is known of base images beyond their names."""

    locked: Mapping[str, str] = field(default_factory=dict)
    """Reference to digest, from dockyard.lock."""
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    """Reference to the image that takes its place."""

    @classmethod
    def read(cls, locked: Mapping[str, str], stand_ins_file: str | None) -> "Bases":
        """With the stand-ins in that file, where there is one."""
        if not stand_ins_file or not Path(stand_ins_file).is_file():
            return cls(locked)
        return cls(locked, listed_stand_ins(Path(stand_ins_file)))

    def identity(self, reference: str) -> str:
        """What the content of an image depends on: a digest where one is known, else the name itself."""
        if stand_in := self.stand_ins.get(reference):
            return f"stand-in {stand_in.digest}"
        return self.locked.get(reference, reference)

    def address(self, reference: str, registry: str) -> str:
        """What to build from: by digest where it is known. `registry` is the host that serves the stand-ins."""
        if stand_in := self.stand_ins.get(reference):
            return f"{registry}/{stand_in.repository}:{stand_in.tag}@{stand_in.digest}"
        digest = self.locked.get(reference)
        return f"{reference}@{digest}" if digest and "@" not in reference else reference


def references(dockerfile: str, args: Mapping[str, str]) -> tuple[str, ...]:
    """The images outside of this Dockerfile that it starts from or copies from, each once, in order."""
    return tuple(dict.fromkeys(_external(dockerfile, args)))


def readdressed(dockerfile: str, args: Mapping[str, str], bases: Bases, registry: str) -> str:
    """The Dockerfile with each of those images at the address that `bases` knows for it."""
    values, stages = _arguments(dockerfile, args), _stages(dockerfile)

    def replace(match: re.Match[str]) -> str:
        reference = _expanded(match["image"], values)
        if not _is_external(reference, stages) or (address := bases.address(reference, registry)) == reference:
            return match[0]
        start, end = (index - match.start() for index in match.span("image"))
        return match[0][:start] + address + match[0][end:]

    return _COPY.sub(replace, _FROM.sub(replace, dockerfile))


def _external(dockerfile: str, args: Mapping[str, str]) -> Iterator[str]:
    values, stages = _arguments(dockerfile, args), _stages(dockerfile)
    for match in sorted([*_FROM.finditer(dockerfile), *_COPY.finditer(dockerfile)], key=lambda m: m.start()):
        reference = _expanded(match["image"], values)
        if _is_external(reference, stages):
            yield reference


def _is_external(reference: str, stages: set[str]) -> bool:
    return reference.lower() not in stages and reference != "scratch" and not reference.isdigit() and "$" not in reference


def _stages(dockerfile: str) -> set[str]:
    return {match["stage"].lower() for match in _FROM.finditer(dockerfile) if match["stage"]}


def _arguments(dockerfile: str, args: Mapping[str, str]) -> dict[str, str]:
    """Arguments that FROM lines may use: those declared before the first, with what the build sets."""
    first = _FROM.search(dockerfile)
    head = dockerfile[: first.start()] if first else ""
    declared = {match["name"]: match["value"].strip("\"'") for match in _ARG.finditer(head)}
    return {**declared, **args}


def _expanded(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        return values.get(name) or (match["default"] if match["default"] is not None else match[0])

    return _VARIABLE.sub(value, text)
