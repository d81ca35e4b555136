"""The images of a deploy: which are there, building or copying the others, pushing them."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.bases import Bases
from dockyard.build.bring import Ways, build_and_push
from dockyard.build.builder import Workshop, build, local_name
from dockyard.build.layers import SHORT
from dockyard.build.mirror import mirror
from dockyard.build.mirrored import Wanted
from dockyard.build.of_project import of_sources, wanted
from dockyard.build.pinned import Pinned
from dockyard.build.plan import Planned, State, plan, side_by_side
from dockyard.build.prerequisites import check
from dockyard.build.promote import promote
from dockyard.build.promoted import Promoted
from dockyard.build.publish import publish
from dockyard.build.push import push
from dockyard.build.recipe import Recipe
from dockyard.build.secrets import missing
from dockyard.config import Environment, Project, service_of
from dockyard.deploy.caches import BuildCaches
from dockyard.deploy.site import Site
from dockyard.doors.aws import Aws, Registry
from dockyard.doors.aws_faults import explained
from dockyard.errors import BuildError, DeployError
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


def bring(site: Site, wanted: list[Wanted], progress: Progress, may_push: "Future[bool] | None" = None) -> list[Planned]:
    """Build or copy what ECR lacks, and push each once it is there. Raises BuildError.

    :param may_push: as of `build_and_push`.
    """
    planned = plan(wanted, site.reading, lambda name: site.workshop.docker.image_id(name) is not None)
    for entry in planned:
        if entry.state is State.PUSHED:
            progress.done(entry.image.service, "image is in ECR already")
    waiting = [entry for entry in planned if entry.state is not State.PUSHED]
    to_build = [entry.image for entry in waiting if isinstance(entry.image, Recipe)]
    check(to_build, site.workshop)
    caches, publisher = BuildCaches(site), _Publisher(site, {entry.image.repository for entry in waiting})

    def built(recipe: Recipe) -> Planned:
        with _told_of(recipe):
            made = build(recipe, site.workshop, progress, caches.of(recipe))
        return Planned(recipe, State.BUILT, size=made.size)

    def pushed(entry: Planned, on_there: Callable[[str], None]) -> Planned:
        with _told_of(entry.image):
            return _way(entry, site.workshop, on_there)(entry, *publisher.ready(), site.workshop, progress)

    ways = Ways(built, pushed, lambda entry: _layers(entry, site))
    there = [entry for entry in waiting if not isinstance(entry.image, Recipe)]
    done = build_and_push(to_build, there, ways, progress, site.workshop.options.jobs, may_push)
    brought = {one.image.service: one for one in done}
    return [brought.get(entry.image.service, entry) for entry in planned]


@contextmanager
def _told_of(image: Wanted) -> Iterator[None]:
    """What AWS refused is a fault of this image: the others go on, and all faults are told."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        known = explained(error)
        raise BuildError(f"{image.service}: {known or error}", hint=known.hint if known else None) from error


def _way(
    entry: Planned, workshop: Workshop, on_there: Callable[[str], None]
) -> Callable[[Planned, Aws, Registry, Workshop, Progress], Planned]:
    """How it comes into ECR."""
    if isinstance(entry.image, Promoted):
        return promote
    if not isinstance(entry.image, Recipe):
        return mirror
    return partial(push, on_there=on_there) if workshop.loads(entry.image) else publish


def _layers(entry: Planned, site: Site) -> list[str]:
    """Layers that the engine sends of an image, as it tells of them; none where something else sends it."""
    image = entry.image
    by_engine = isinstance(image, Recipe) and site.workshop.loads(image)
    known = site.workshop.docker.layers(local_name(image)) if by_engine else []
    return [layer.removeprefix("sha256:")[:SHORT] for layer in known]


class _Publisher:
    """Who may push into these repositories, and where to; it is found out when the first image is to be pushed."""

    def __init__(self, site: Site, repositories: Collection[str]) -> None:
        self._site, self._repositories = site, repositories
        self._lock = threading.Lock()
        self._found: Future[tuple[Aws, Registry]] | None = None

    def ready(self) -> tuple[Aws, Registry]:
        """The account in the role that pushes, and the registry; or the same fault for all."""
        with self._lock:
            if self._found is None:
                self._found = Future()
                try:
                    self._found.set_result(_publisher(self._site, self._repositories))
                except Exception as error:
                    self._found.set_exception(error)
        return self._found.result()


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
