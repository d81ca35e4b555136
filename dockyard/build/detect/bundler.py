"""What Bundler's files say: a Gemfile or gems.rb, and its lock.

https://bundler.io/man/gemfile.5.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dockyard.build.detect.app import App
from dockyard.build.detect.composer import fits
from dockyard.build.detect.looks import Found, in_file, number

FILES = {"Gemfile": "Gemfile.lock", "gems.rb": "gems.locked"}
"""Names of the files, the usual one first, and of their locks."""
_RAILS = {
    "4.0": "2.3", "4.1": "2.3", "4.2": "2.3", "5.0": "2.4", "5.1": "2.5", "5.2": "2.6", "6.0": "2.7", "6.1": "3.0", "7.0": "3.3",
}  # fmt: skip
"""Releases of Rails, and the newest Ruby of each: https://www.fastruby.io/blog/ruby/rails/versions/compatibility-table.html"""
_RELEASES = ("2.3", "2.4", "2.5", "2.6", "2.7", "3.0", "3.1", "3.2", "3.3", "3.4", "4.0")


@dataclass(frozen=True)
class Gems:
    """The gems of an app."""

    file: str | None
    """The file that lists them; None where there is none, and `lock` so too."""
    lock: str | None
    names: frozenset[str]
    """Those that the app asks for, or has locked."""

    def __contains__(self, name: str) -> bool:
        return name in self.names


def gems_of(app: App) -> Gems:
    """The gems of the app."""
    file = app.has(*FILES)
    lock = app.has(FILES[file]) if file else None
    names = set(re.findall(r"^\s*gem[\s(]+[\"']([^\"']+)", app.source(file), re.MULTILINE)) if file else set()
    if lock:
        names |= set(re.findall(r"^    ([\w.-]+) \(", app.source(lock), re.MULTILINE)) - {"rack"}
    return Gems(file, lock, frozenset(names))


def said_ruby(app: App, gems: Gems, default: str) -> Iterator[Found]:
    """The version that it names, that locked it, or that suits what it asks for: the default, else the newest before it. An
    old Rails has a default of its own.
    """
    if not gems.file:
        return
    fitting = _fitting(app, gems)
    yield in_file(app, gems.file, r"^\s*ruby\s*\(?\s*[\"'](\d[\d.]*)[\"']", "ruby")
    if gems.lock:
        yield in_file(app, gems.lock, r"^RUBY VERSION\s+ruby (\d+\.\d+\.\d+)", "RUBY VERSION")
    yield number(in_file(app, gems.file, r"^\s*ruby\s*\(?\s*[\"']~>\s*(\d[\d.]*)", "ruby"), 2)
    asked = in_file(app, gems.file, r"^\s*ruby\s*\(?\s*((?:[\"'][^\"']+[\"'],?\s*)+)", "ruby")
    if asked and (version := _suiting(asked[0], fitting[0] if fitting else default)):
        yield version, asked[1]
    yield fitting


def _fitting(app: App, gems: Gems) -> Found:
    """The newest Ruby of a Rails that does not run on today's."""
    rails = (in_file(app, gems.lock or "", r"^    rails \((\d+\.\d+)", "rails")) or in_file(
        app, gems.file or "", r"^\s*gem[\s(]+[\"']rails[\"'],\s*[\"'][~>=\s]*(\d+\.\d+)", "rails"
    )
    return (_RAILS[rails[0]], rails[1]) if rails and rails[0] in _RAILS else None


def _suiting(constraints: str, default: str) -> str | None:
    """Composer reads a list of constraints as Bundler does."""
    suits = [release for release in _RELEASES if fits(constraints, release)]
    at = _RELEASES.index(default)
    return next((release for release in (*_RELEASES[at::-1], *_RELEASES[at + 1 :]) if release in suits), None)
