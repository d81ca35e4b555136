"""A requirements.txt with all that it includes, as pip reads it.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.text import text_of
from dockyard.errors import BuildError

REQUIREMENTS = "requirements.txt"

_LONG = {"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-f": "--find-links"}
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tar.bz2")


@dataclass
class Requirements:
    """What pip reads and installs."""

    files: list[str] = field(default_factory=list)
    """The file and those that it includes, also as constraints: paths below the app's folder."""
    read: list[tuple[str, bool]] = field(default_factory=list, repr=False, compare=False)
    """Files, and whether as constraints: these say versions and install nothing."""
    lines: list[str] = field(default_factory=list)
    """What is to be installed, one requirement each."""
    local: bool = False
    """Whether some of it lies in the app's folder: the app itself (`-e .`), a library beside it, wheels."""
    itself: bool = False
    """Whether the app itself is among it, and so what its own manifest lists."""

    @property
    def constrained(self) -> bool:
        """Whether a file of constraints says versions."""
        return any(constraints for _, constraints in self.read)


def requirements_of(folder: Path, file: str = REQUIREMENTS) -> Requirements:
    """The requirements of an app. Raises BuildError where an included file is not there."""
    found = Requirements()
    _read(folder, file, found, constraints=False)
    return found


def _read(folder: Path, file: str, found: Requirements, *, constraints: bool) -> None:
    if (file, constraints) in found.read:
        return
    found.read.append((file, constraints))
    if file not in found.files:
        found.files.append(file)
    for line in _lines(text_of(folder / file, utf_16=True)):
        for option, value in _options(folder / file, line):
            if option in ("--requirement", "--constraint") and not _is_url(value):
                included = _included(folder, file, value)
                _read(folder, included, found, constraints=constraints or option == "--constraint")
            elif option in ("--editable", "--find-links"):
                found.local |= not _is_url(value)
                found.itself |= option == "--editable" and _is_itself(value)
                if option == "--editable" and _is_url(value) and not constraints:
                    found.lines.append(value)
        if not line.startswith("-") and not constraints:
            found.lines.append(line)
            found.local |= _is_path(line)
            found.itself |= _is_itself(line)


def _lines(text: str) -> Iterator[str]:
    """Without comments, and with continued lines as one."""
    for line in re.sub(r"\\\n", "", text).split("\n"):
        if stripped := re.sub(r"(^|\s+)#.*$", "", line).strip():
            yield stripped


def _options(file: Path, line: str) -> Iterator[tuple[str, str]]:
    """The options of a line by their long names, each with its value; none where the line is a requirement."""
    if not line.startswith("-"):
        return
    try:
        words = iter(shlex.split(line))
    except ValueError as error:
        raise BuildError(f"{file}: {line}: {str(error).lower()}", hint="mend that line") from error
    for word in words:
        name, _, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        name = _LONG.get(name, name)
        if name in _LONG.values():
            yield name, value or next(words, "")


def _included(folder: Path, file: str, value: str) -> str:
    """Path of a file that `file` includes, relative to it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), value))
    if path.startswith(("/", "..")):
        raise BuildError(
            f"{folder / file}: includes {value}, which is outside of {folder} and so of the build",
            hint="set image.build.context in service.yaml to a folder that has both, or move it",
        )
    if not (folder / path).is_file():
        raise BuildError(
            f"{folder / file}: includes {value}, and there is no file {folder / path}", hint="add it, or mend that line"
        )
    return path


def _is_itself(value: str) -> bool:
    """Whether a path is the app's own folder, perhaps with extras."""
    return re.fullmatch(r"\./?(\[[^\]]*\])?", value.strip()) is not None


def _is_url(value: str) -> bool:
    return "://" in value and not value.startswith("file:")


def _is_path(line: str) -> bool:
    """Whether a requirement is a path: pip takes for one what has a slash, begins with a dot or ends as an archive does."""
    name = re.split(r"[\s;\[@]", line, maxsplit=1)[0]
    is_file = re.search(r"(^|@\s*)file:", line) is not None
    return is_file or (not _is_url(line) and ("/" in name or name.startswith(".") or name.endswith(_ARCHIVES)))
