"""Which caches a build of this deploy may use: what the account has, and what the builder can."""

import contextlib
import functools

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.caches import NO_CACHES, Caches, github_cache, inline_cache, read_alone, registry_cache
from dockyard.build.recipe import Recipe
from dockyard.deploy.place import Place
from dockyard.doors.registry import Registry


class BuildCaches:
    """Finds the caches of one image after the other. Where AWS does not let us look there are none."""

    def __init__(self, site: Place) -> None:
        self._site, self._docker = site, site.workshop.docker

    def of(self, recipe: Recipe) -> Caches:
        """Those of this image."""
        workshop, cli = self._site.workshop, self._docker.cli
        if cli is None:
            return NO_CACHES
        loads = workshop.loads(recipe)
        if cli.buildx and (not loads or self._docker.keeps_indexes):  # what the engine's own builder of old cannot
            found = github_cache(recipe.repository, workshop.environment)
            if found:
                return found
        with contextlib.suppress(ClientError, BotoCoreError):
            found = self._inline(recipe) if loads else self._in_registry(recipe)
            return found if cli.buildx else read_alone(found)
        return NO_CACHES

    def _in_registry(self, recipe: Recipe) -> Caches:
        """Read alone: what is written to ECR is written with the image, in the role that may."""
        address = self._site.reading.repository_address(recipe.repository)
        return Caches(registry_cache(address).read, registry=self._registry) if address else NO_CACHES

    def _inline(self, recipe: Recipe) -> Caches:
        """What the engine has built itself is nearer than what is in ECR."""
        reading = self._site.reading
        tag = reading.latest_tag(recipe.repository)
        if tag is None or self._docker.image_id(f"{recipe.repository}:{tag}"):
            return inline_cache(None)
        address = reading.repository_address(recipe.repository)
        return inline_cache(f"{address}:{tag}", self._registry) if address else inline_cache(None)

    @functools.cached_property
    def _registry(self) -> Registry:
        return self._site.reading.registry()
