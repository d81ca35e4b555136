"""Builds that begin as soon as their recipes are known, while whoever wants them imports and asks the rest.

They have what the engine has, no credentials but a token that is kept, and no cache from elsewhere: a base that is to be fetched
by others is missing, and nothing is tried twice. What else goes wrong is the image's fault, and would go wrong again.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from dockyard.build.builder import Built, Workshop, local_name, make
from dockyard.build.caches import NO_CACHES, inline_cache
from dockyard.build.command import load
from dockyard.build.recipe import Recipe
from dockyard.build.retries import Retries
from dockyard.build.secrets import missing
from dockyard.progress import Progress
from dockyard.threads import Threads


def begin(recipes: Sequence[Recipe], workshop: Workshop, progress: Progress, pool: Threads) -> dict[str, "Future[Built]"]:
    """Service to its build, which may end in MissingBaseError; none where one is not for the engine, or lacks a secret."""
    if workshop.docker.cli is None:
        return {}
    caches = inline_cache(None) if workshop.docker.cli.buildx else NO_CACHES  # as `dockyard.deploy.caches` has it
    at_once = replace(workshop, retries=Retries(attempts=1))

    def one(recipe: Recipe) -> Built:
        begun, name = time.monotonic(), local_name(recipe)
        make(recipe, at_once, progress, load(name), caches)
        return Built(recipe, name, seconds=time.monotonic() - begun)

    ready = [recipe for recipe in recipes if workshop.loads(recipe) and not any(missing(recipe, workshop.environment))]
    return {recipe.service: pool.submit(one, recipe) for recipe in ready} if len(ready) == len(recipes) else {}
