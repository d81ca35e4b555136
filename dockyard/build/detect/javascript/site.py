"""The package of a workspace that is the app, and its files."""

import re
from dataclasses import dataclass
from functools import cached_property

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.package import Package
from dockyard.build.detect.javascript.ranges import intervals
from dockyard.build.detect.javascript.workspace import Workspace

_SUFFIXES = (".ts", ".mts", ".js", ".mjs", ".cjs", ".cts")
_COMMENTS = re.compile(r"/\*.*?\*/|(?<![:\w'\"`])//[^\n]*", re.S)


@dataclass(frozen=True)
class Site:
    """An app of JavaScript. Its paths are relative to the folder of its package."""

    app: App
    workspace: Workspace
    package: Package

    @property
    def folder(self) -> str:
        """Relative to the app's folder; empty where it is the root's."""
        return self.package.folder

    def path(self, path: str) -> str:
        """A path of the app's folder."""
        return f"{self.folder}/{path}".lstrip("/")

    def has(self, *paths: str) -> str | None:
        """The first of these files that is there."""
        return next((path for path in paths if self.app.has(self.path(path))), None)

    def has_folder(self, path: str) -> bool:
        """Whether it has that folder."""
        return (self.app.folder / self.path(path)).is_dir()

    def depends_on(self, *names: str) -> bool:
        """Whether one of these packages is there, when it is built or when it runs."""
        return any(name in self.package.all_dependencies for name in names)

    def major(self, name: str) -> int | None:
        """The oldest major version that it takes of a package; None where it does not say."""
        written = str(self.package.all_dependencies.get(name, ""))
        found = intervals(written)
        return found[0][0][0] if found and found[0][0] != (0, 0, 0) else None

    def settings(self, *stems: str) -> str:
        """Text of the first of these configuration files, without comments; empty where there is none."""
        file = self.has(*(f"{stem}{suffix}" for stem in stems for suffix in _SUFFIXES))
        return _COMMENTS.sub("", self.app.source(self.path(file))) if file else ""

    @cached_property
    def scripts(self) -> dict[str, str]:
        """Its scripts."""
        return self.package.scripts


def setting(text: str, key: str) -> str | None:
    """The text that a configuration gives for a key, where it is written there."""
    match = re.search(rf"(?<![\w.]){key}['\"]?\s*:\s*['\"`]([\w./@+-]+)['\"`]", text)
    return match[1] if match else None
