"""The instructions of a Dockerfile, with the place of each word in its text, as BuildKit's parser tells them apart.

Continued lines are one instruction; comments, heredocs and a byte order mark are none.
https://docs.docker.com/reference/dockerfile/
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"\s*#\s*(?P<name>syntax|escape|check)\s*=\s*(?P<value>.+?)\s*$", re.I)
_COMMENT = re.compile(r"\s*(#.*)?$")
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|\S)+""")
_HEREDOC = re.compile(r"\d*<<(?P<tabs>-?)(?P<end>[^<]+)")
_ERASED = "\0"
"""Stands for what joins two lines, so that a word is found where it is in the Dockerfile."""


@dataclass(frozen=True)
class Word:
    """A word of an instruction, with its quotes. `raw` is as long as its place in the Dockerfile, from `start`."""

    raw: str
    start: int

    @property
    def text(self) -> str:
        """The word itself."""
        return self.raw.replace(_ERASED, "")

    def part(self, match: re.Match[str], group: str) -> "Word":
        """The part of it that a group of a match in `raw` found."""
        return Word(match[group], self.start + match.start(group))


@dataclass(frozen=True)
class Instruction:
    """An instruction: its name in capital letters, its flags (`--from=build`) and its other words."""

    name: str
    flags: tuple[Word, ...]
    words: tuple[Word, ...]


@functools.lru_cache(maxsize=64)
def instructions(dockerfile: str) -> tuple[Instruction, ...]:
    """The instructions in order."""
    return tuple(_instructions(dockerfile))


def _instructions(dockerfile: str) -> Iterator[Instruction]:
    for start, line in _logical_lines(dockerfile):
        name, *words = (Word(match[0], start + match.start()) for match in _WORD.finditer(line) if match[0].strip(_ERASED))
        first = next((index for index, word in enumerate(words) if not word.text.startswith("--")), len(words))
        yield Instruction(name.text.upper(), tuple(words[:first]), tuple(words[first:]))


def _logical_lines(dockerfile: str) -> Iterator[tuple[int, str]]:
    """Place and text of each instruction; what is no part of it is erased, and keeps its length."""
    continued = re.compile(rf"(?:(?<!{_escape(dockerfile)})){_escape(dockerfile)}[ \t]*\n?$")
    lines = _lines(dockerfile)
    for start, first in lines:
        if _COMMENT.match(first):
            continue
        line, more = _joined(first, continued)
        while more and (following := next(lines, None)):
            if _COMMENT.match(following[1]):
                line += _ERASED * len(following[1])
            else:
                text, more = _joined(following[1], continued)
                line += text
        if not line.strip(f"{_ERASED} \t\n"):
            continue
        yield start, line
        _skip_heredocs(line.replace(_ERASED, ""), lines)


def _joined(line: str, continued: re.Pattern[str]) -> tuple[str, bool]:
    """The line without what continues it, and whether it is continued."""
    match = continued.search(line)
    return (line[: match.start()] + _ERASED * len(match[0]), True) if match else (line, False)


def _skip_heredocs(line: str, lines: Iterator[tuple[int, str]]) -> None:
    name, *words = _WORD.findall(line)
    if name.upper() == "ONBUILD" and words:
        name = words[0]
    if name.upper() not in ("RUN", "COPY", "ADD"):
        return
    for match in filter(None, map(_HEREDOC.fullmatch, words)):
        end = re.sub("[\"']", "", match["end"])
        for _, text in lines:
            if (text.lstrip("\t") if match["tabs"] else text).rstrip("\n") == end:
                break


def _lines(dockerfile: str) -> Iterator[tuple[int, str]]:
    """Place and text of each line. A byte order mark belongs to none."""
    start = 1 if dockerfile.startswith("\ufeff") else 0
    for line in dockerfile[start:].split("\n"):
        yield start, f"{line}\n"
        start += len(line) + 1


def _escape(dockerfile: str) -> str:
    r"""Regular expression of what continues a line: `\`, or what the directive `# escape=` names."""
    for _, line in _lines(dockerfile):
        match = _DIRECTIVE.match(line)
        if not match:
            break
        if match["name"].lower() == "escape":
            return re.escape(match["value"])
    return r"\\"
