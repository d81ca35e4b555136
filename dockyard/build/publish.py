"""Images that the engine cannot have go from their builder straight to ECR."""

import time

from dockyard.build.builder import Workshop, log_of, make
from dockyard.build.caches import github_cache, registry_cache
from dockyard.build.command import push_to
from dockyard.build.plan import Planned, State
from dockyard.build.push import address_of, refuse_stand_in
from dockyard.build.recipe import Recipe
from dockyard.build.sizes import size
from dockyard.doors.aws import Aws, Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress


def publish(planned: Planned, aws: Aws, registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Build once more, from what the builder kept, and push; the plan's entry with the digest that ECR has then.

    Another push of the same tag may come first. Tags do not move, so its image is adopted, and that is said.
    """
    recipe = planned.image
    assert isinstance(recipe, Recipe)  # noqa: S101  # what is copied is not built
    address = address_of(recipe, aws)
    refuse_stand_in(recipe.service, workshop.stand_ins(recipe), address)
    progress.update(recipe.service, "pushing")
    begun, name = time.monotonic(), f"{address}:{recipe.tag}"
    kept = github_cache(recipe.repository, workshop.environment) or registry_cache(address)
    try:
        make(recipe, workshop, progress, push_to(name), kept, registry)
    except BuildError:
        if not aws.image_digest(recipe.repository, recipe.tag):
            raise
    digest = aws.image_digest(recipe.repository, recipe.tag)
    if digest is None:
        raise BuildError(f"failed to push {recipe.service}: ECR does not have {recipe.repository}:{recipe.tag} after the push")
    took, stored = time.monotonic() - begun, aws.image_size(recipe.repository, digest)
    told = f"image pushed in {took:.1f} s by builder {workshop.options.builder}, {size(stored)} in ECR"
    ours = f"{name}@{digest}" in log_of(recipe, workshop).read_text()  # buildx may push twice, and fail the second time
    progress.done(recipe.service, told if ours else f"another push came first, its image is used: {digest}")
    return Planned(recipe, State.PUSHED, digest, stored)
