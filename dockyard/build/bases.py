"""Base images: which ones a Dockerfile starts from, and what they really are.

A tag such as `python:3.13-slim` may point to another image tomorrow, so what counts for an image's content is the base's
identity: its digest in dockyard.lock, or that of a stand-in where no registry can be reached (`dockyard.local.stand_ins`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.instructions import Instruction, Word, instructions
from dockyard.build.variables import PLATFORM, filled_in, target_variables
from dockyard.errors import BuildError

STAND_INS = "DOCKYARD_STAND_INS"
"""Environment variable with the path of the file that lists stand-ins; `dockyard local env` sets it."""

_FROM_FLAG = re.compile(r"""(?:--from=|--mount=["']?(?:.*?,\0*)?from=)["']?(?P<image>[^,"']+)""", re.S)

_UNREAD = re.compile(r"\$(?!\{?BUILD(?:PLATFORM|OS|ARCH|VARIANT)\b)")


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
        return {str(name): StandIn(**entry) for name, entry in json.loads(file.read_bytes()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise BuildError(f"{file}: damaged: it should list stand-ins", hint="remove it, and run: dockyard up") from error


@dataclass(frozen=True)
class Bases:
    """What is known of base images beyond their names."""

    locked: Mapping[str, str] = field(default_factory=dict)
    """Reference to digest, from dockyard.lock."""
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    """Reference to the image that takes its place."""
    makes_stand_ins: bool = False
    """Whether there is a list of them, to which `dockyard local up` adds what is missing; it may be empty."""

    @classmethod
    def read(cls, locked: Mapping[str, str], stand_ins_file: str | None) -> "Bases":
        """With the stand-ins in that file, where there is one."""
        if not stand_ins_file or not Path(stand_ins_file).is_file():
            return cls(locked)
        return cls(locked, listed_stand_ins(Path(stand_ins_file)), makes_stand_ins=True)

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


@dataclass(frozen=True)
class _Base:
    """An image from outside, and the word of the Dockerfile that names it."""

    reference: str
    """Filled in, save for what only the builder knows (`$BUILDARCH`)."""
    word: Word
    begins: bool
    """Whether a stage begins from it, and what its ONBUILD says is done."""


def references(dockerfile: str, args: Mapping[str, str], platforms: Sequence[str] = (PLATFORM,)) -> tuple[str, ...]:
    """The images outside of this Dockerfile that it starts from, copies from or mounts, each once, in order."""
    found = (base.reference for platform in platforms for base in _bases(dockerfile, args, platform))
    return tuple(dict.fromkeys(reference for reference in found if "$" not in reference))


def beginnings(dockerfile: str, args: Mapping[str, str], platforms: Sequence[str] = (PLATFORM,)) -> tuple[str, ...]:
    """Those of them that a stage begins from; also by names that only the builder can fill in."""
    found = (base.reference for platform in platforms for base in _bases(dockerfile, args, platform) if base.begins)
    return tuple(dict.fromkeys(found))


def readdressed(
    dockerfile: str, args: Mapping[str, str], bases: Bases, registry: str, platforms: Sequence[str] = (PLATFORM,)
) -> str:
    """The Dockerfile with each of those images at the address that `bases` knows for it.

    A name that is another one for each platform stays as it is: the builder fills it in.
    """
    others = [{base.word: base.reference for base in _bases(dockerfile, args, platform)} for platform in platforms[1:]]
    for base in reversed(list(_bases(dockerfile, args, platforms[0]))):
        address = bases.address(base.reference, registry)
        if address != base.reference and all(other.get(base.word) == base.reference for other in others):
            start, end = base.word.start, base.word.start + len(base.word.raw)
            dockerfile = dockerfile[:start] + address + dockerfile[end:]
    return dockerfile


def _bases(dockerfile: str, args: Mapping[str, str], platform: str) -> Iterator[_Base]:
    """In order. Only an ARG before the first FROM counts for base images."""
    values, stages = target_variables(platform), set[str]()
    found = list(instructions(dockerfile))
    names = {stage for instruction in found if (stage := _stage(instruction))}
    for instruction in found:
        if instruction.name == "ARG" and not stages:
            values.update(_arguments(instruction, values, args))
        for word in _images(instruction):
            reference = filled_in(word.text, values)
            if instruction.name == "FROM" and _UNREAD.search(reference):
                raise BuildError(
                    f"a Dockerfile has FROM {word.text}: {reference} cannot be filled in here",
                    hint="use ${NAME} or ${NAME:-…}",
                )
            if _is_external(reference, stages if instruction.name == "FROM" else names):
                yield _Base(reference, word, begins=instruction.name == "FROM")
        if instruction.name == "FROM":
            stages.add(_stage(instruction))


def _images(instruction: Instruction) -> Iterator[Word]:
    """The words that name an image or a stage."""
    if instruction.name == "FROM":
        yield from instruction.words[:1]
    elif instruction.name in ("COPY", "RUN"):
        for flag in instruction.flags:
            if match := _FROM_FLAG.match(flag.raw):
                yield flag.part(match, "image")


def _stage(instruction: Instruction) -> str:
    """Name of the stage that begins here; empty where it has none."""
    words = [word.text.lower() for word in instruction.words] if instruction.name == "FROM" else []
    return words[2] if len(words) == 3 and words[1] == "as" else ""


def _is_external(reference: str, stages: set[str]) -> bool:
    return reference.lower() not in {*stages, "", "scratch"} and not reference.isdigit()


def _arguments(instruction: Instruction, values: Mapping[str, str], args: Mapping[str, str]) -> dict[str, str]:
    """Values that an ARG sets: what the build gives, else the default."""
    found: dict[str, str] = {}
    for word in instruction.words:
        name, given, default = word.text.partition("=")
        if name in args:
            found[name] = args[name]
        elif given:
            found[name] = filled_in(default, {**values, **found})
    return found
