"""Images on their way into ECR: which are there, building or copying the others, pushing them."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.bring import Ways, build_and_push
from dockyard.build.builder import Built, Workshop, build, told
from dockyard.build.mirror import mirror
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import Planned, State, plan
from dockyard.build.prerequisites import check
from dockyard.build.promote import promote
from dockyard.build.promoted import Promoted
from dockyard.build.publish import publish
from dockyard.build.push import layers_sent, push
from dockyard.build.recipe import Recipe
from dockyard.deploy.caches import BuildCaches
from dockyard.deploy.place import Place
from dockyard.doors.aws import Aws
from dockyard.doors.aws_faults import explained
from dockyard.doors.kept_token import keep
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads

_ROLE_SECONDS = 30


def bring(
    site: Place,
    wanted: list[Wanted],
    progress: Progress,
    may_push: "Future[bool] | None" = None,
    begun: "Mapping[str, Future[Built]] | None" = None,
) -> list[Planned]:
    """Build or copy what ECR lacks, and push each once it is there. Raises BuildError.

    :param may_push: as of `build_and_push`.
    :param begun: builds that were begun (`dockyard.build.begun`). Default: none.
    """
    planned = plan(wanted, site.reading, lambda name: site.workshop.docker.image_id(name) is not None)
    for entry in planned:
        if entry.state is State.PUSHED:
            progress.done(entry.image.service, "image is in ECR already")
    waiting = [entry for entry in planned if entry.state is not State.PUSHED]
    to_build = [entry.image for entry in waiting if isinstance(entry.image, Recipe)]
    check(to_build, site.workshop)
    caches, publisher = BuildCaches(site), _Publisher(site, {entry.image.repository for entry in waiting})
    if waiting:
        publisher.begin(may_push)

    def built(recipe: Recipe) -> Planned:
        with _told_of(recipe):
            early = (begun or {}).get(recipe.service)
            if early:
                made = told(early.result(), site.workshop, progress)
            else:
                made = build(recipe, site.workshop, progress, caches.of(recipe))
        return Planned.of(made)

    def pushed(entry: Planned, on_there: Callable[[str], None]) -> Planned:
        with _told_of(entry.image):
            return _way(entry, site.workshop, on_there)(entry, *publisher.ready(), site.workshop, progress)

    ways = Ways(built, pushed, lambda entry: layers_sent(entry, site.workshop))
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


class _Publisher:
    """Who may push into these repositories, and where to: found out once."""

    def __init__(self, site: Place, repositories: Collection[str]) -> None:
        self._find = partial(_publisher, site, repositories)
        self._lock = threading.Lock()
        self._found: Future[tuple[Aws, Registry]] | None = None

    def begin(self, may_push: "Future[bool] | None") -> None:
        """Find it out while images are built, once repositories are there."""
        if may_push is None:
            self._begun()
        else:
            may_push.add_done_callback(lambda gate: self._begun() if gate.result() else None)

    def ready(self) -> tuple[Aws, Registry]:
        """The account in the role that pushes, and the registry; or the same fault for all."""
        return self._begun().result()

    def _begun(self) -> Future[tuple[Aws, Registry]]:
        with self._lock:
            self._found = self._found or Threads(max_workers=1).submit(self._find)
            return self._found


def _publisher(site: Place, repositories: Collection[str]) -> tuple[Aws, Registry]:
    """Who may push, and where to. A role, or a right, that was made a moment ago is not known everywhere for some seconds."""
    end = time.monotonic() + _ROLE_SECONDS
    while True:
        acting = site.aws.assuming(site.publishing_role)
        try:
            for repository in repositories:
                acting.repository_address(repository)
            found = acting.registry()
        except ClientError as error:
            if not error.response["Error"]["Code"].startswith("AccessDenied") or time.monotonic() > end:
                raise
        else:
            if site.aws.is_told:
                keep(found, site.aws.account, site.aws.region, site.publishing_role)
            return acting, found
        site.aws.forget(site.publishing_role)
        time.sleep(2)
