"""An image for the CDK CLI, which pushes what the engine has: one image, and no index."""

from dockyard.build.builder import Workshop, build, local_name, make
from dockyard.build.command import ENGINE, load
from dockyard.build.mirror import to_engine
from dockyard.build.mirrored import Wanted
from dockyard.build.prerequisites import check
from dockyard.build.recipe import Recipe
from dockyard.deploy.images import bring
from dockyard.deploy.site import Site
from dockyard.errors import BuildError
from dockyard.progress import Silent


def in_engine(site: Site, image: Wanted) -> str:
    """Name of the image in the engine: built there, pulled from another registry, or one that stands for an index in ECR.

    Raises BuildError.
    """
    if image.is_index:
        return _for_index(site, image)
    if isinstance(image, Recipe):
        return _local(image, site.workshop)
    return to_engine(image, site.reading, site.workshop, Silent())


def _local(recipe: Recipe, workshop: Workshop) -> str:
    check([recipe], workshop)
    name = local_name(recipe)
    if workshop.options.builder == ENGINE:
        build(recipe, workshop, Silent())
    elif not workshop.docker.image_id(name):
        make(recipe, workshop, Silent(), load(name))
        if not workshop.docker.image_id(name):
            raise BuildError(
                f"builder {workshop.options.builder} left {name} in another engine", hint="run dockyard push, then this again"
            )
    return name


def _for_index(site: Site, wanted: Wanted) -> str:
    """Bring the index to ECR; the name of an empty image that stands for it."""
    (image,) = bring(site, [wanted], Silent())
    tag = f"index-{wanted.tag}"
    site.workshop.docker.make_empty(wanted.repository, tag, {"dockyard.index": image.digest or ""})
    return f"{wanted.repository}:{tag}"
