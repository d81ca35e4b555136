"""From a source folder to an image: detection, Dockerfile, content hash, build plan, push."""

from dockyard.build.bases import STAND_INS, Bases
from dockyard.build.mirrored import Mirrored, Wanted, mirrored
from dockyard.build.pinned import Pinned
from dockyard.build.recipe import Recipe, recipe, repository_name
from dockyard.build.wanted import of_sources, wanted

__all__ = [
    "STAND_INS",
    "Bases",
    "Mirrored",
    "Pinned",
    "Recipe",
    "Wanted",
    "mirrored",
    "of_sources",
    "recipe",
    "repository_name",
    "wanted",
]
