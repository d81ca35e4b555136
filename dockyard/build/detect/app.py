"""An app's folder as detection reads it, and what its user said beside the files."""

import fnmatch
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dockyard.build.detect.manifest import Manifest, read_manifest
from dockyard.build.text import bytes_of, text_of
from dockyard.errors import BuildError

Start = tuple[tuple[str, ...], str]
"""A start command, and where it was read."""


@dataclass(frozen=True)
class Wishes:
    """What service.yaml says; it comes before what the files say."""

    language: str | None = None
    version: str | None = None
    start: str | None = None
    """A command as one writes it in a shell."""
    port: int | None = None


@dataclass(frozen=True)
class App:
    """A folder with source. Its methods raise BuildError where a file cannot be read as what it should be."""

    folder: Path
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def port(self) -> int:
        """Where the app is to listen."""
        return self.wishes.port or 8080

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of what is in the folder itself."""
        return frozenset(path.name for path in self.folder.iterdir())

    @cached_property
    def _firsts(self) -> frozenset[str]:
        """What a path of a file may begin with: most of what all languages look for is told to be missing without a look."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return self.names | {"", ".", ".."}
        return frozenset()

    def has(self, *paths: str) -> str | None:
        """The first of these files that is there."""
        known = self._firsts
        return next((path for path in paths if path.partition("/")[0] in known and (self.folder / path).is_file()), None)

    def text(self, path: str) -> str:
        """Text of a file."""
        return text_of(self.folder / path)

    def source(self, path: str) -> str:
        """Text of a source file to look into: what is not UTF-8 in it does not matter."""
        return bytes_of(self.folder / path).decode(errors="replace")

    def manifest(self, path: str) -> Manifest:
        """A TOML or JSON file."""
        return read_manifest(self.folder / path)

    def files(self, *patterns: str) -> Iterator[str]:
        """Paths of files by shell patterns, relative and sorted: `*.csproj`, `cmd/*/main.go`."""
        found = {
            path
            for pattern in patterns
            if self.may_have(pattern.partition("/")[0])
            for path in self.folder.glob(pattern)
            if path.is_file()
        }
        yield from sorted(str(path.relative_to(self.folder)) for path in found)

    def may_have(self, *patterns: str) -> bool:
        """Whether there is something in the folder itself with a name that one of these shell patterns matches."""
        return any(pattern == "**" or fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in self._firsts)

    def said_start(self) -> Start | None:
        """The start command that service.yaml or a Procfile (`web`) gives. It need not be found in the source then."""
        if self.wishes.start and self.wishes.start.strip():
            return self._exec_form(self.wishes.start, "service.yaml image.build.start"), "service.yaml"
        web = self.processes.get("web")
        return (self._exec_form(web, f"{self.folder / 'Procfile'}: web"), "Procfile") if web else None

    @cached_property
    def processes(self) -> Mapping[str, str]:
        """Process to command, as a Procfile has them. https://devcenter.heroku.com/articles/procfile#procfile-format"""
        text = self.text("Procfile") if self.has("Procfile") else ""
        found: dict[str, str] = {}
        for name, command in re.findall(r"^([\w-]+):[ \t]*(\S.*)$", text, re.MULTILINE):
            found.setdefault(name, command.strip())
        return found

    def not_started(self) -> str | None:
        """What is told of a Procfile's other processes, where service.yaml does not say itself what is started."""
        others = ", ".join(name for name in self.processes if name != "web")
        if not others or self.wishes.start:
            return None
        return (
            f"the Procfile has {others}, which this image does not start: make of each a service of kind task or worker, "
            "with its command as image.build.start"
        )

    def _exec_form(self, command: str, where: str) -> tuple[str, ...]:
        """A command in exec form, so that SIGTERM reaches the app; by a shell that it replaces, where it needs one."""
        needs_shell = set(command) & set("&|;><`") or "*" in _without_quoted(command) or "$" in _without_port(command)
        if re.match(r"\w+=", command) or needs_shell:
            return ("sh", "-c", _replacing_the_shell(command))
        port = str(self.port)
        return tuple(word.replace("${PORT}", port).replace("$PORT", port) for word in words(command, where))


def _without_port(command: str) -> str:
    return command.replace("$PORT", "").replace("${PORT}", "")


def _without_quoted(command: str) -> str:
    """The command with what is in quotes made unrecognisable."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda match: "x" * len(match[0]), command)


def _replacing_the_shell(command: str) -> str:
    """The command with `exec` before the last of several; a pipeline, and what goes on in the background, stays as it is."""
    bare = _without_quoted(command)
    last = max(bare.rfind("&&") + 2, bare.rfind(";") + 1, 0) if re.search("&&|;", bare) else 0
    first, rest = command[:last], command[last:].strip()
    if not rest or re.search(r"\||(?<![>&])&(?![>&\d])", bare[last:]):
        return command
    program = "exec env" if re.match(r"\w+=", rest) else "exec"
    return " ".join(filter(None, (first, program, rest)))


def words(command: str, where: str) -> tuple[str, ...]:
    """A command's words. Raises BuildError for a quote that is not closed; `where` tells the file and key."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise BuildError(f"{where}: {str(error).lower()} in: {command}", hint="close the quote") from error


def sources(**found: str | None) -> Mapping[str, str]:
    """Field to file; `default` where there is none."""
    return {name: file or "default" for name, file in found.items()}
