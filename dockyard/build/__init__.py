"""From a source folder to an image: detection, Dockerfile, content hash, build plan, push."""

from dockyard.build.bases import STAND_INS, Bases
from dockyard.build.recipe import ImageRef, Recipe, recipe, repository_name

__all__ = ["STAND_INS", "Bases", "ImageRef", "Recipe", "recipe", "repository_name"]
