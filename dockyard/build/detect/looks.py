"""Looks into an app's files that several languages share."""

import posixpath
import re
from collections.abc import Iterable, Mapping

from dockyard.build.detect.app import App, Start
from dockyard.build.ignore import IGNORE_FILE, lines_of, only_lets_in
from dockyard.errors import BuildError

Found = tuple[str, str] | None
"""A value, and the file that it was read from."""


def in_file(app: App, file: str, pattern: str, key: str = "") -> Found:
    """What the first group of a pattern matches in a file, and the file, with the key where one is told."""
    if app.has(file) and (match := re.search(pattern, app.source(file), re.MULTILINE)):
        return match[1], f"{file} {key}".strip()
    return None


def version_of(app: App, default: str, *found: Found) -> tuple[str, str | None]:
    """The version of service.yaml, else the first that was found, else the default."""
    if app.wishes.version:
        return app.wishes.version, "service.yaml"
    return next(filter(None, found), (default, None))


def number(found: Found, parts: int = 3) -> Found:
    """The first number in a version, of at most so many parts: `temurin-21.0.2+13` is 21.0.2."""
    if not found or not (match := re.search(rf"\d+(\.\d+){{0,{parts - 1}}}", found[0])):
        return None
    return match[0], found[1]


def first_named(names: Mapping[str, str], inside: Iterable[str]) -> str | None:
    """The framework of the first package that is there; `names` are packages and frameworks, in order of rank."""
    there = set(inside)
    return next((framework for package, framework in names.items() if package in there), None)


def handles_sigterm(app: App, folder: str = "") -> bool:
    """Whether the JavaScript in a folder, with a slash at its end, says what is done on SIGTERM."""
    suffixes = ("js", "mjs", "cjs", "ts", "mts")
    places = ("", *(f"{name}/**/" for name in ("src", "lib", "server", "app", "bin")))
    files = app.files(f"{folder}bin/*", *(f"{folder}{place}*.{suffix}" for place in places for suffix in suffixes))
    return any("SIGTERM" in app.source(file) for file in files)


def lets_in_env_files(app: App) -> bool:
    """Whether the app's own .dockerignore leaves files of variables in the build."""
    if not app.has(IGNORE_FILE):
        return False
    lines = lines_of(app.folder / IGNORE_FILE)
    named = [line for line in lines if ".env" in line]
    return any(line.startswith("!") for line in named) or not (named or only_lets_in(lines))


def refuse_outside(app: App, file: str, paths: Iterable[str]) -> None:
    """Raises BuildError for a dependency that a manifest has by a path which leads out of the app's folder."""
    for path in paths:
        if posixpath.normpath(posixpath.join(posixpath.dirname(file), path)).startswith(("/", "..", "~")):
            raise BuildError(
                f"{app.folder / file}: depends on {path}, which is outside of {app.folder} and so of the build",
                hint="set image.build.context in service.yaml to a folder that has both, or take it from its registry",
            )


def program_of(start: Start | None) -> str:
    """Name of the program that a start command runs, without its folder: `bin/web -x` is web. Of `sh -c`, what it runs."""
    if not start:
        return ""
    words = start[0]
    if words[:2] == ("sh", "-c") and len(words) > 2:
        words = tuple(word for word in words[2].split() if word not in ("exec", "env") and "=" not in word) or ("",)
    return words[0].rsplit("/", 1)[-1] if words else ""


def several(app: App, programs: Iterable[str], chosen: str) -> str:
    """What a user is told of an app with several programs."""
    return f"{app.folder} has several programs ({', '.join(programs)}); {chosen} is started: image.build.start changes it"


def preferred(names: Iterable[str], *wanted: str) -> str | None:
    """One of several programs: the first that is wanted, else one with a name that a server has, else the first of all."""
    there = list(names)
    usual = ("server", "web", "api", "app", "main", "http", "service", "backend")
    return next((name for name in (*wanted, *usual) if name in there), there[0] if there else None)
