"""The images of a project: what ECR is to have of them, and what is to be known of them before."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from dockyard.build.bases import Bases
from dockyard.build.mirrored import Wanted
from dockyard.build.of_project import of_sources, wanted
from dockyard.build.pinned import Pinned
from dockyard.build.plan import State, plan, side_by_side
from dockyard.build.promoted import Promoted
from dockyard.build.recipe import Recipe
from dockyard.build.secrets import missing
from dockyard.config import Environment, Project, service_of
from dockyard.deploy.site import Site
from dockyard.errors import DeployError


def recipes(
    project: Project,
    environment: Environment,
    bases: Bases,
    services: Collection[str] = (),
    platforms: Sequence[str] | None = None,
) -> list[Recipe]:
    """Recipes of these services, or of all, as far as their sources are built. Raises BuildError with what is wrong with each.

    :param platforms: build them for these. Default: each service's own.
    """
    wanted = _names(environment, services)
    made = side_by_side(lambda name: of_sources(project, environment, name, bases, platforms), wanted)
    return [image for image in made if isinstance(image, Recipe)]


def needed(
    project: Project,
    environment: Environment,
    bases: Bases,
    services: Collection[str] = (),
    platforms: Sequence[str] | None = None,
) -> list[Wanted]:
    """What ECR is to have for these services with their sidecars, for these sidecars, or for all: what is built, what is
    copied, and what a pin has in place of that. Raises BuildError as well.
    """
    made = side_by_side(lambda name: wanted(project, environment, name, bases, platforms), _names(environment, services))
    return [found for found in made if found]


def with_promoted(images: Sequence[Wanted], promoted: Mapping[str, Promoted]) -> list[Wanted]:
    """The same, with these in the place of what the sources give. Raises DeployError where they give other tags by now."""
    found = [promoted.get(image.service, image) for image in images]
    for before, after in zip(images, found, strict=True):
        if before.tag != after.tag:
            raise DeployError(
                f"{after.service}: {after.tag} is promoted, and its sources give {before.tag} by now", hint="promote it again"
            )
    return found


def cautions(project: Project, environment: Environment, image: Wanted) -> tuple[str, ...]:
    """What the user should know of an image; also that its pin does not hold, as other sources, or another Dockyard, give it."""
    pin = project.lock.pins.get(f"{environment.name}/{image.service}")
    if pin is None or isinstance(image, Pinned) or image.tag == pin.tag:
        return image.cautions
    how = f"promoted from {pin.promoted_from} as" if pin.promoted_from else "rolled back to"
    return (
        *image.cautions,
        f"is not {how} {pin.tag} any more: its sources give {image.tag} now (pins in dockyard.lock)",
    )


def _names(environment: Environment, services: Collection[str]) -> list[str]:
    return [name for name in environment.images if not services or {name, service_of(name)} & set(services)]


def lacking(site: Site, images: Iterable[Wanted]) -> list[Recipe]:
    """Those that ECR lacks, and whose build wants a secret or an SSH agent that is not there."""
    wanting = [one for one in images if isinstance(one, Recipe) and any(missing(one, site.workshop.environment))]
    there = {entry.image.service for entry in plan(wanting, site.reading, lambda _: False) if entry.state is State.PUSHED}
    return [recipe for recipe in wanting if recipe.service not in there]
