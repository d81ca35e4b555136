"""Puts into a wheel what `dockyard init` writes. An editable installation reads it from the repository."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface[Any]):
    """https://hatch.pypa.io/latest/plugins/build-hook/custom/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is made."""
        if version != "standard":
            return
        root = Path(self.root)
        listed = runpy.run_path(str(root / "dockyard/scaffold/listed.py"))
        found = (file.relative_to(root) for pattern in (*listed["AROUND"], *listed["SAMPLE"]) for file in root.glob(pattern))
        build_data["force_include"] |= {str(name): f"dockyard/scaffold/files/{name}" for name in found}
