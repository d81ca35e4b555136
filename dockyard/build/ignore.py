"""What a .dockerignore leaves out of a build's context, by the rules of BuildKit.

The last pattern that matches a path decides. What matches a folder matches all below it.
https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from dockyard.build.text import text_of, unreadable
from dockyard.errors import BuildError

IGNORE_FILE = ".dockerignore"

_GLOB = re.compile(
    r"(?P<deep>\*\*/?)|(?P<star>\*)|(?P<any>\?)|(?P<set>\[\^?(?:\\.|[^\]\\])+\])|\\(?P<escaped>.)|(?P<plain>.)", re.S
)


@dataclass(frozen=True)
class Pattern:
    """One line: which paths it matches, and whether it lets them in again (`!`)."""

    regex: re.Pattern[str]
    literal: str
    """What every path that it matches begins with."""
    lets_in: bool
    name: str = ""
    """Regular expression of the last part of a path, where that alone decides: `**/*.log`."""

    @classmethod
    def of(cls, line: str) -> "Pattern | None":
        """The pattern of a line; None where it has none. Raises re.error."""
        text = os.path.normpath(line.removeprefix("!").strip()).lstrip("/")
        if text in ("", "."):
            return None
        literal = re.split(r"[*?\[\]\\]", text, maxsplit=1)[0]
        if ending := re.fullmatch(r"\*\*([^*?\[\]\\/][^*?\[\]\\]*)", text):  # `**.log` also matches a.log; `**.log*` does not
            regex = re.compile(f".*{re.escape(ending[1])}", re.S)
        else:
            regex = re.compile("".join(map(_regex, _GLOB.finditer(text))), re.S)
        name = re.fullmatch(r"\*\*/([^/]+)", text)
        by_name = "".join(map(_regex, _GLOB.finditer(name[1]))) if name and "**" not in name[1] else ""
        return cls(regex, literal, line.startswith("!"), by_name)

    def may_match_below(self, folder: str) -> bool:
        """Whether something in this folder can match; the path ends in a slash."""
        return self.literal.startswith(folder) or folder.startswith(self.literal)


def ignore_file(context: Path, dockerfile: Path | None) -> Path | None:
    """The file that says what to leave out: the Dockerfile's own one (`<its name>.dockerignore`) before the context's."""
    own = [dockerfile.with_name(dockerfile.name + IGNORE_FILE)] if dockerfile else []
    return next((file for file in [*own, context / IGNORE_FILE] if file.is_file()), None)


def lines_of(file: Path) -> list[str]:
    """The patterns in a file as they were written, without comments. Raises BuildError."""
    lines = [line.strip() for line in text_of(file).split("\n") if not line.startswith("#")]
    return [line for line in lines if line]


def only_lets_in(lines: Sequence[str]) -> bool:
    """Whether there are lines, and none of them leaves anything out."""
    return bool(lines) and all(line.startswith("!") for line in lines)


def kept(context: Path, lines: Iterable[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All below `context` that is no folder and that no line leaves out, with its path. Links are not followed.

    Raises BuildError.
    """
    patterns = _patterns(context, lines)
    if any(pattern.lets_in for pattern in patterns):
        return _walk(context, "", patterns, [False] * len(patterns))
    return _walk_fast(context, _together(patterns))


def leaves_out(context: Path, lines: Iterable[str], without: Collection[str] = ()) -> Callable[[str], bool]:
    """Whether these lines leave a path out or name something below it, be it there or not. Raises BuildError.

    :param without: paths that are left out, whatever the lines let in.
    """
    patterns = _patterns(context, lines)
    named = [*without, *(pattern.literal for pattern in patterns if not pattern.lets_in)]

    def asked(path: str) -> bool:
        left_out, matches = False, [False] * len(patterns)
        for folder in accumulate(path.split("/"), "{}/{}".format):
            left_out, matches = _decided(folder, patterns, matches)
        return left_out or path in without or any(name.startswith(f"{path}/") for name in named)

    return asked


def _patterns(context: Path, lines: Iterable[str]) -> list[Pattern]:
    return [pattern for line in lines if (pattern := _pattern(context, line))]


def _pattern(context: Path, line: str) -> Pattern | None:
    try:
        return Pattern.of(line)
    except re.error as error:
        raise BuildError(f'{context}/{IGNORE_FILE}: "{line}" is no pattern: {error}', hint="mend that line") from error


def _together(patterns: Sequence[Pattern]) -> Callable[[str, str], object]:
    """Whether one of these patterns, none of which lets anything in, matches a path and its last part."""
    names = re.compile("|".join(pattern.name for pattern in patterns if pattern.name) or "(?!)", re.S).fullmatch
    paths = re.compile("|".join(pattern.regex.pattern for pattern in patterns if not pattern.name) or "(?!)", re.S).fullmatch
    return lambda path, name: names(name) or paths(path)


def _walk_fast(top: Path, left_out: Callable[[str, str], object]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Where nothing is let in again: what is in a folder that is left out need not be looked at, nor each line by itself."""
    folders: list[tuple[Path | str, str]] = [(top, "")]
    while folders:
        folder, prefix = folders.pop()
        for entry in _listed(folder):
            path = prefix + entry.name
            if left_out(path, entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{path}/"))
            else:
                yield path, entry


def _walk(
    folder: Path | str, prefix: str, patterns: Sequence[Pattern], above: Sequence[bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """`above` says which patterns match this folder, and so all that is in it."""
    for entry in _listed(folder):
        path = prefix + entry.name
        left_out, matches = _decided(path, patterns, above)
        if not entry.is_dir(follow_symlinks=False):
            if not left_out:
                yield path, entry
        elif not left_out or any(pattern.lets_in and pattern.may_match_below(f"{path}/") for pattern in patterns):
            yield from _walk(entry.path, f"{path}/", patterns, matches)


def _decided(path: str, patterns: Sequence[Pattern], above: Sequence[bool]) -> tuple[bool, list[bool]]:
    """Whether a path is left out, and which patterns match it. One that would change nothing is not looked at, as in BuildKit."""
    left_out, matches = False, []
    for pattern, already in zip(patterns, above, strict=True):
        matches.append(already or (pattern.lets_in == left_out and pattern.regex.fullmatch(path) is not None))
        if matches[-1]:
            left_out = not pattern.lets_in
    return left_out, matches


def _listed(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        raise unreadable(folder, error) from error


def _regex(part: re.Match[str]) -> str:
    if part["deep"]:
        return ".*" if part.end() == len(part.string) else "(?:.*/)?"
    if part["set"]:
        return "[" + re.sub(r"(?<!\\)[\[&|~]|(?<=[^^]-)-", r"\\\g<0>", part["set"][1:])  # two of them mean something one day
    if part["plain"] == "[":
        raise re.error("a set of characters has no end")
    return "[^/]*" if part["star"] else "[^/]" if part["any"] else re.escape(part["escaped"] or part["plain"])
