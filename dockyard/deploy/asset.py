"""An image for the CDK CLI, which pushes what the engine has: one image, and no index."""

from collections.abc import Callable

from dockyard.build.builder import Workshop, build, local_name, make
from dockyard.build.command import load
from dockyard.build.mirror import to_engine
from dockyard.build.mirrored import Wanted
from dockyard.build.pinned import Pinned
from dockyard.build.prerequisites import check
from dockyard.build.promoted import Promoted
from dockyard.build.recipe import Recipe
from dockyard.defaults import ENGINE
from dockyard.deploy.bringing import bring
from dockyard.deploy.site import Site
from dockyard.doors.aws import Aws
from dockyard.errors import BuildError
from dockyard.progress import Silent


def in_engine(image: Wanted, workshop: Workshop, aws: Callable[[], Aws]) -> str:
    """Name of the image in the engine: built there, or pulled from another registry. Raises BuildError.

    :param aws: who may read the private registries of ECR; asked for where the image is in one.
    """
    if isinstance(image, Pinned):
        raise image.gone()  # else nobody would ask for it
    assert not isinstance(image, Promoted)  # noqa: S101  # the CDK CLI promotes none
    return _built(image, workshop) if isinstance(image, Recipe) else to_engine(image, aws, workshop, Silent())


def _built(recipe: Recipe, workshop: Workshop) -> str:
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


def for_index(wanted: Wanted, site: Site) -> str:
    """Bring an index to ECR; the name of an empty image in the engine that stands for it. Raises BuildError."""
    (image,) = bring(site, [wanted], Silent())
    tag = f"index-{wanted.tag}"
    site.workshop.docker.make_empty(wanted.repository, tag, {"dockyard.index": image.digest or ""})
    return f"{wanted.repository}:{tag}"
