"""Images that the engine cannot have go from their builder straight to ECR."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from dockyard.build.builder import Workshop, log_of, make
from dockyard.build.caches import github_cache, registry_cache
from dockyard.build.command import push_to
from dockyard.build.plan import Planned
from dockyard.build.push import address_of, arrived, explained, in_attempts, refuse_stand_in
from dockyard.build.recipe import Recipe
from dockyard.build.sizes import size
from dockyard.defaults import ENGINE
from dockyard.doors.engine_faults import PushError
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress

if TYPE_CHECKING:
    from dockyard.doors.aws import Aws


def publish(planned: Planned, aws: "Aws", registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Build once more, from what the builder kept, and push; the plan's entry with the digest that ECR has then.

    In attempts, as the engine's pushes are. Raises BuildError, also where the build fails.
    """
    recipe = planned.image
    assert isinstance(recipe, Recipe)  # noqa: S101  # what is copied is not built
    address = address_of(recipe, aws)
    refuse_stand_in(recipe.service, workshop.stand_ins(recipe), address)
    progress.update(recipe.service, "pushing")
    begun, name, stored = time.monotonic(), f"{address}:{recipe.tag}", 0
    kept = github_cache(recipe.repository, workshop.environment) or registry_cache(address)

    def once(token: Registry) -> None:
        """Push. Where ECR has the tag after a fault, that is all right: buildx may push twice, and fail the second time."""
        try:
            make(recipe, workshop, progress, push_to(name), kept, token)
        except BuildError:
            if not aws.image_digest(recipe.repository, recipe.tag):
                raise

    def send() -> str:
        nonlocal stored
        try:
            in_attempts(recipe, aws, registry, workshop, progress, once)
        except PushError as error:
            raise explained(recipe, error) from error
        digest = aws.image_digest(recipe.repository, recipe.tag)
        stored = aws.image_size(recipe.repository, digest) if digest else 0
        return digest if digest and f"{name}@{digest}" in log_of(recipe, workshop).read_text() else ""

    def done() -> str:
        took = time.monotonic() - begun
        return f"image pushed in {took:.1f} s by builder {workshop.options.builder}, {size(stored)} in ECR"

    try:
        return replace(arrived(planned, aws, send, progress, done), size=stored)
    finally:
        if workshop.options.builder == ENGINE:
            workshop.docker.untag(name)  # its builder leaves the name in containerd's image store
