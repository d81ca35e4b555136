"""What app.py could import beside the project's own files."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

_OWN = ("dockyard", "dockyard_constructs")
"""What app.py imports of ours. Where it is installed from a repository its version says little."""
_INSTALLED = (".dist-info", ".egg-info")


def packages() -> list[str]:
    """Name and version of each installed package, as the name of its folder has them.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    folders = [Path(path) for path in sys.path if path and Path(path).is_dir()]
    return sorted({path.name for folder in folders for path in folder.iterdir() if path.suffix in _INSTALLED})


def other_folders(root: Path) -> list[Path]:
    """Where else it could import from: PYTHONPATH, and packages that are edited where they lie, but for the project and ours.

    What is installed is told by its version.
    """
    installed = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    known = {root.resolve(), *(folder.parent for _, folder in own_folders())}
    found = dict.fromkeys(Path(path).resolve() for path in sys.path if path and Path(path).is_dir())
    return [
        folder
        for folder in found
        if not known & {folder, *folder.parents} and not installed & set(folder.parents) and not folder.name.endswith("-packages")
    ]


def own_folders() -> Iterator[tuple[str, Path]]:
    """Each of our own packages, and where it is."""
    for package in _OWN:
        spec = importlib.util.find_spec(package)
        for place in (spec and spec.submodule_search_locations) or ():
            yield package, Path(place).resolve()
