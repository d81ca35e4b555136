"""What ECR is to have of a service or a sidecar: what its sources give, or what a pin has in place of that."""

from collections.abc import Sequence

from dockyard.build.bases import Bases
from dockyard.build.mirrored import Mirrored, Wanted, mirrored
from dockyard.build.pinned import Pinned
from dockyard.build.recipe import Recipe, recipe
from dockyard.config import Environment, Project


def of_sources(
    project: Project, environment: Environment, name: str, bases: Bases, platforms: Sequence[str] | None = None
) -> Recipe | Mirrored | None:
    """What the sources give of a service or sidecar; None where ECS takes the image from elsewhere. Raises BuildError.

    :param platforms: build it for these. Default: the service's own.
    """
    settings = environment.images[name]
    return mirrored(project, name, settings, bases) or recipe(project, name, settings, bases, platforms)


def wanted(
    project: Project, environment: Environment, name: str, bases: Bases, platforms: Sequence[str] | None = None
) -> Wanted | None:
    """The same, or what dockyard.lock has in place of it."""
    found = of_sources(project, environment, name, bases, platforms)
    pin = project.lock.pinned(found.tag, environment=environment.name, image=name) if found else None
    return Pinned(name, found.repository, pin.tag, found.tag, found.is_index, pin.promoted_from) if found and pin else found
