"""From a source folder to an image: detection, Dockerfile, content hash, build plan, push."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockyard.build.bases import STAND_INS, Bases
    from dockyard.build.mirrored import Mirrored, Wanted
    from dockyard.build.of_project import of_sources, repository_name, wanted
    from dockyard.build.pinned import Pinned
    from dockyard.build.recipe import Recipe

__all__ = ["STAND_INS", "Bases", "Mirrored", "Pinned", "Recipe", "Wanted", "of_sources", "repository_name", "wanted"]

_MODULES = {
    **dict.fromkeys(("STAND_INS", "Bases"), "bases"),
    **dict.fromkeys(("Mirrored", "Wanted"), "mirrored"),
    **dict.fromkeys(("of_sources", "repository_name", "wanted"), "of_project"),
    "Pinned": "pinned",
    "Recipe": "recipe",
}


def __getattr__(name: str) -> Any:
    """What a name is, from the module that has it: who wants one of them does not wait for all."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
