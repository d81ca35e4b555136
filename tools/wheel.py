"""Puts into a wheel what `dockyard init` writes. An editable installation reads it from the repository."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("app.py", "cdk.json", "stacks", "package.json", "package-lock.json", ".gitignore", "services/hello-python")


class Hook(BuildHookInterface[Any]):
    """https://hatch.pypa.io/latest/plugins/build-hook/custom/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is made."""
        if version == "standard":
            build_data["force_include"] |= {name: f"dockyard/scaffold/files/{name}" for name in FILES}
