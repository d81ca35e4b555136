"""An image for the CDK CLI, which pushes what the engine has: one image, and no index."""

from dockyard.build.builder import Workshop, build, local_name, make
from dockyard.build.command import ENGINE, load
from dockyard.build.prerequisites import check
from dockyard.build.recipe import Recipe
from dockyard.deploy.images import bring
from dockyard.deploy.site import Site
from dockyard.errors import BuildError
from dockyard.progress import Silent


def local_image(recipe: Recipe, workshop: Workshop) -> str:
    """Name of the image in the engine, which is built where it is not there. Raises BuildError."""
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


def image_for_index(site: Site, recipe: Recipe) -> str:
    """Bring the index to ECR; the name of an empty image in the engine that stands for it. Raises BuildError."""
    (image,) = bring(site, [recipe], Silent())
    tag = f"index-{recipe.tag}"
    site.workshop.docker.make_empty(recipe.repository, tag, {"dockyard.index": image.digest or ""})
    return f"{recipe.repository}:{tag}"
