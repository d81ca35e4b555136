"""The images of a deploy: which are there, building the others, pushing them."""

from collections.abc import Collection
from dataclasses import replace

from dockyard.build.bases import Bases
from dockyard.build.plan import Planned, State, build_all, plan, push, side_by_side
from dockyard.build.recipe import Recipe, recipe
from dockyard.config import Environment, Project
from dockyard.deploy.site import Site
from dockyard.progress import Progress


def recipes(project: Project, environment: Environment, bases: Bases, services: Collection[str] = ()) -> list[Recipe]:
    """Recipes of these services, or of all, as far as they are built. Raises BuildError with what is wrong with each."""
    wanted = [(name, service) for name, service in environment.services.items() if not services or name in services]
    made = side_by_side(lambda named: recipe(project, *named, bases), wanted)
    return [found for found in made if found]


def built(site: Site, wanted: list[Recipe], progress: Progress) -> list[Planned]:
    """The images, each in ECR already or built here. Raises BuildError."""
    planned = plan(wanted, site.aws, lambda name: site.workshop.docker.image_id(name) is not None)
    for entry in planned:
        if entry.state is State.PUSHED:
            progress.done(entry.recipe.service, "image is in ECR already")
    build_all([entry.recipe for entry in planned if entry.state is not State.PUSHED], site.workshop, progress)
    return [entry if entry.state is State.PUSHED else replace(entry, state=State.BUILT) for entry in planned]


def pushed(site: Site, images: list[Planned], progress: Progress) -> list[Planned]:
    """The same images, all in ECR, each with its digest there. Raises BuildError."""
    waiting = [entry for entry in images if entry.state is not State.PUSHED]
    if not waiting:
        return images
    acting = site.aws.assuming(site.publishing_role)
    registry = acting.registry()
    done = side_by_side(lambda entry: push(entry, acting, registry, site.workshop, progress), waiting)
    by_service = {entry.recipe.service: entry for entry in [*images, *done]}
    return [by_service[entry.recipe.service] for entry in images]


def bring(site: Site, wanted: list[Recipe], progress: Progress) -> list[Planned]:
    """Build and push what ECR lacks. Raises BuildError."""
    return pushed(site, built(site, wanted, progress), progress)
