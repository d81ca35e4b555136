"""One package.json: its own, or that of a package in a workspace."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.manifest import Manifest

FILE = "package.json"


@dataclass(frozen=True)
class Package:
    """A package of npm. Raises BuildError, as its Manifest does, for scripts and dependencies of another type."""

    manifest: Manifest
    folder: str = ""
    """Relative to the app's folder; empty for the root."""
    above: "Package | None" = None
    """The root of its workspace."""

    @classmethod
    def read(cls, app: App, folder: str = "", above: "Package | None" = None) -> "Package":
        """The package in that folder."""
        return cls(app.manifest(f"{folder}/{FILE}".lstrip("/")), folder, above)

    def __hash__(self) -> int:
        return hash(self.folder)

    @property
    def root(self) -> "Package":
        """The root of its workspace, or itself."""
        return self.above or self

    @property
    def path(self) -> str:
        """Path of the file."""
        return f"{self.folder}/{FILE}".lstrip("/")

    @property
    def name(self) -> str:
        """Its name, else that of its folder."""
        return self.said("name") or self.folder

    @cached_property
    def scripts(self) -> dict[str, str]:
        """Name to command."""
        return {name: text for name in self.manifest.mapping("scripts") if (text := self.manifest.text("scripts", name))}

    @cached_property
    def dependencies(self) -> dict[str, Any]:
        """Those that are there when it runs."""
        return self.manifest.mapping("dependencies") | self.manifest.mapping("optionalDependencies")

    @cached_property
    def dev_dependencies(self) -> dict[str, Any]:
        """Those for its build."""
        return self.manifest.mapping("devDependencies")

    @cached_property
    def all_dependencies(self) -> dict[str, Any]:
        """With those of the root, which its code finds as well."""
        own = self.dev_dependencies | self.dependencies
        return (self.above.all_dependencies if self.above else {}) | own

    def said(self, *keys: str) -> str | None:
        """A text or number that the manifest has there; None where there is none, or something else."""
        value: Any = self.manifest.content
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None
