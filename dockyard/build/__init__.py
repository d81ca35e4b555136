"""From a source folder to an image: detection, Dockerfile, content hash, build plan, push."""

from dockyard.build.bases import STAND_INS, Bases
from dockyard.build.mirrored import Mirrored, Wanted, mirrored
from dockyard.build.recipe import Recipe, recipe, repository_name

__all__ = ["STAND_INS", "Bases", "Mirrored", "Recipe", "Wanted", "mirrored", "recipe", "repository_name"]
