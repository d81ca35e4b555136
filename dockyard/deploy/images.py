"""The images of a deploy: which are there, building or copying the others, pushing them."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from botocore.exceptions import ClientError

from dockyard.build.bases import Bases
from dockyard.build.builder import local_name
from dockyard.build.mirror import mirror
from dockyard.build.mirrored import Wanted
from dockyard.build.pinned import Pinned
from dockyard.build.plan import Planned, State, build_all, plan, side_by_side
from dockyard.build.promote import promote
from dockyard.build.promoted import Promoted
from dockyard.build.publish import publish
from dockyard.build.push import push
from dockyard.build.recipe import Recipe
from dockyard.build.secrets import missing
from dockyard.build.turns import Turns
from dockyard.build.wanted import of_sources, wanted
from dockyard.config import Environment, Project, service_of
from dockyard.deploy.caches import BuildCaches
from dockyard.deploy.site import Site
from dockyard.doors.aws import Aws, Registry
from dockyard.errors import DeployError
from dockyard.progress import Progress

_ROLE_SECONDS = 30


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


def built(site: Site, wanted: list[Wanted], progress: Progress) -> list[Planned]:
    """The images, each in ECR already, built here, or yet to be copied. Raises BuildError."""
    planned = plan(wanted, site.reading, lambda name: site.workshop.docker.image_id(name) is not None)
    for entry in planned:
        if entry.state is State.PUSHED:
            progress.done(entry.image.service, "image is in ECR already")
    to_build = [entry.image for entry in planned if entry.state is not State.PUSHED and isinstance(entry.image, Recipe)]
    sizes = {one.recipe.service: one.size for one in build_all(to_build, site.workshop, progress, BuildCaches(site).of)}
    return [
        replace(entry, state=State.BUILT, size=sizes[entry.image.service]) if entry.image.service in sizes else entry
        for entry in planned
    ]


def pushed(site: Site, planned: list[Planned], progress: Progress) -> list[Planned]:
    """The same images, all in ECR, each with its digest there. Raises BuildError."""
    waiting = [entry for entry in planned if entry.state is not State.PUSHED]
    if not waiting:
        return planned
    acting, registry = _publisher(site, {entry.image.repository for entry in waiting})
    workshop = site.workshop
    by_name = {entry.image.service: entry for entry in waiting}
    turns = Turns({name: _layers(entry, site) for name, entry in by_name.items()})

    def bring_one(name: str) -> Planned:
        entry = by_name[name]
        if isinstance(entry.image, Promoted):
            return promote(entry, acting, registry, workshop, progress)
        if not isinstance(entry.image, Recipe):
            return mirror(entry, acting, registry, workshop, progress)
        way = push if workshop.loads(entry.image) else publish
        if others := turns.waits_for(name):
            progress.update(name, f"waiting for {', '.join(others)}, with layers in common")
        with turns.turn(name):
            return way(entry, acting, registry, workshop, progress)

    done = side_by_side(bring_one, turns.order(), workshop.options.jobs)
    by_service = {entry.image.service: entry for entry in [*planned, *done]}
    return [by_service[entry.image.service] for entry in planned]


def _layers(entry: Planned, site: Site) -> list[str]:
    """Layers that the engine sends of an image; none where something else sends it."""
    image = entry.image
    by_engine = isinstance(image, Recipe) and site.workshop.loads(image)
    return site.workshop.docker.layers(local_name(image)) if by_engine else []


def _publisher(site: Site, repositories: Collection[str]) -> tuple[Aws, Registry]:
    """Who may push, and where to. A role, or a right, that was made a moment ago is not known everywhere for some seconds."""
    end = time.monotonic() + _ROLE_SECONDS
    while True:
        acting = site.aws.assuming(site.publishing_role)
        try:
            for repository in repositories:
                acting.repository_address(repository)
            return acting, acting.registry()
        except ClientError as error:
            if not error.response["Error"]["Code"].startswith("AccessDenied") or time.monotonic() > end:
                raise
        site.aws.forget(site.publishing_role)
        time.sleep(2)


def bring(site: Site, wanted: list[Wanted], progress: Progress) -> list[Planned]:
    """Build or copy what ECR lacks, and push it. Raises BuildError."""
    return pushed(site, built(site, wanted, progress), progress)
