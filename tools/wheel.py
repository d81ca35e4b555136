"""Puts into a wheel what `dockyard init` writes. An editable installation reads it from the repository."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface[Any]):
    """https://hatch.pypa.io/latest/plugins/build-hook/custom/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is made."""
        root = Path(self.root)
        listed = runpy.run_path(str(root / "dockyard/scaffold/listed.py"))["FILES"]
        found = [file.relative_to(root).as_posix() for pattern in listed for file in root.glob(pattern)]
        if version == "standard":
            build_data["force_include"] |= {name: f"dockyard/scaffold/files/{name}" for name in found}
