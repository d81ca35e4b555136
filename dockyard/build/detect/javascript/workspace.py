"""Workspaces of npm, Yarn, pnpm, Bun and lerna: the packages in them, and which of them is the app."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.package import FILE, Package
from dockyard.build.detect.settings import yaml_of
from dockyard.errors import BuildError

PNPM_FILE = "pnpm-workspace.yaml"


@dataclass(frozen=True)
class Workspace:
    """The packages of a folder: that of the root, and its members."""

    app: App
    root: Package

    @cached_property
    def members(self) -> dict[str, Package]:
        """Folder to package, sorted; without the root."""
        found: dict[str, Package] = {}
        for path in self.app.files(*(f"{pattern}/{FILE}" for pattern in self._patterns if _inside(pattern))):
            folder = path.removesuffix(FILE).rstrip("/")
            if _PLAIN.fullmatch(folder) and "node_modules" not in folder and not self._left_out(folder):
                found[folder] = Package.read(self.app, folder, self.root)
        return found

    def package(self, folder: str) -> Package | None:
        """The package in a folder, also where that is no member."""
        if folder in self.members:
            return self.members[folder]
        if not folder:
            return self.root
        there = _inside(folder) and _PLAIN.fullmatch(folder) and self.app.has(f"{folder}/{FILE}")
        return Package.read(self.app, folder, self.root) if there else None

    def named(self, target: str) -> Package | None:
        """The member that a command means: by name, by name without its scope, by folder; `web...` and `{apps/web}` too."""
        wanted = target.strip("{}").removeprefix("...").removesuffix("...").removeprefix("./").rstrip("/^")
        members = self.members.values()
        return (
            next((member for member in members if wanted in (member.name, member.folder)), None)
            or next((member for member in members if wanted in (member.name.rsplit("/", 1)[-1], _last(member.folder))), None)
            or (self.package(wanted) if _inside(wanted) else None)
        )

    def needed_by(self, package: Package) -> list[Package]:
        """The members that a member depends on, each after those that it needs itself."""
        found: list[Package] = []
        self._collect(package, found, {package.folder})
        return found

    def _collect(self, package: Package, found: list[Package], seen: set[str]) -> None:
        named = {member.name: member for member in self.members.values()}
        for name in package.dev_dependencies | package.dependencies:
            if (member := named.get(name)) and member.folder not in seen:
                seen.add(member.folder)
                self._collect(member, found, seen)
                found.append(member)

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return tuple(pattern.removeprefix("./").rstrip("/") for pattern in self._listed() if pattern)

    @property
    def _patterns(self) -> list[str]:
        return [pattern for pattern in self._written if not pattern.startswith("!")]

    def _left_out(self, folder: str) -> bool:
        patterns = [pattern[1:].removeprefix("./").rstrip("/") for pattern in self._written if pattern.startswith("!")]
        return any(re.fullmatch(_regex(pattern), folder) for pattern in patterns)

    def _listed(self) -> Iterator[str]:
        yield from _texts(self.root.manifest.content.get("workspaces"))
        if self.app.has(PNPM_FILE):
            yield from _texts(yaml_of(self.app, PNPM_FILE).get("packages"))
        if self.app.has("lerna.json") and not self.root.manifest.content.get("workspaces"):
            try:
                yield from _texts(self.app.manifest("lerna.json").content.get("packages", ["packages/*"]))
            except BuildError:
                return


def _texts(value: object) -> Iterator[str]:
    """npm and Yarn take a list, or a mapping with `packages`."""
    listed = value.get("packages") if isinstance(value, dict) else value
    yield from (entry for entry in listed if isinstance(entry, str)) if isinstance(listed, list) else ()


def _inside(pattern: str) -> bool:
    """Whether a pattern can be looked for in the app's folder, and is not the folder itself."""
    return (
        bool(pattern.strip("./")) and not pattern.startswith("/") and ".." not in pattern.split("/") and not _ODD.search(pattern)
    )


_PLAIN = re.compile(r"[\w./@+-]+")
"""A path that needs no quotes, in a shell and in a Dockerfile."""
_ODD = re.compile(r"\*\*[^/]|[^/]\*\*|[{}\0]")


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")


def _last(folder: str) -> str:
    return folder.rsplit("/", 1)[-1]
