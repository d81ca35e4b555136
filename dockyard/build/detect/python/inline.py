"""Metadata that a script has in a comment of its own.

https://packaging.python.org/en/latest/specifications/inline-script-metadata/
"""

import re

from dockyard.build.detect.app import App
from dockyard.build.detect.manifest import Manifest, parsed_manifest

_BLOCK = re.compile(r"^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$", re.MULTILINE)


def inline_metadata(app: App) -> tuple[Manifest, str] | None:
    """The metadata of the first script in the folder that has some, and its name. Raises BuildError where it is no TOML."""
    for name in app.files("*.py"):
        if match := _BLOCK.search(app.source(name).replace("\r\n", "\n")):
            lines = (line[2:] if line.startswith("# ") else line[1:] for line in match["content"].splitlines())
            return parsed_manifest(app.folder / name, "\n".join(lines), "TOML"), name
    return None
