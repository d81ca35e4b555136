"""Images that are built while stacks are synthesized and deployed."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress

from dockyard.build.mirrored import Wanted
from dockyard.build.plan import Planned, SomeBuiltError, named
from dockyard.deploy.bringing import bring
from dockyard.deploy.site import Site
from dockyard.doors.process import end_all
from dockyard.errors import BuildError, DockyardError
from dockyard.progress import Progress


class Building:
    """It begins when it is made, in a thread of the pool; to be used as a context, whose end leaves nothing to be pushed."""

    def __init__(self, site: Site, wanted: list[Wanted], progress: Progress, pool: Executor) -> None:
        self._may_push = Future[bool]()
        self._images = pool.submit(brought_images, site, wanted, progress, self._may_push)

    def __enter__(self) -> "Building":
        return self

    def __exit__(self, *_: object) -> None:
        self._decide(push=False)

    def _decide(self, *, push: bool) -> None:
        """The first word counts."""
        with suppress(InvalidStateError):
            self._may_push.set_result(push)

    def brought(self) -> list[Planned]:
        """The images, once they are in ECR, whose repositories are there."""
        self._decide(push=True)
        return self._images.result()

    @contextmanager
    def faults_first(self) -> Iterator[None]:
        """Tell what is wrong now, and not once all images are built; also of these, what is known at the end of the block."""
        try:
            yield
            if self._images.done():
                self._images.result()
        except DockyardError:
            self._decide(push=False)
            end_all()  # the builds, which would wait for it to be mended
            raise


def brought_images(site: Site, wanted: list[Wanted], progress: Progress, may_push: "Future[bool]") -> list[Planned]:
    """The images in ECR; where some cannot be built, also what is left of the others, and how to go on with these alone."""
    try:
        return bring(site, wanted, progress, may_push)
    except SomeBuiltError as error:
        alone = f"dockyard deploy {' '.join(error.built)} --env {site.environment.name}"
        left = f"{named(error.built)} built, and not deployed; to deploy without the others: {alone}"
        raise BuildError(f"{error.fault}\n{left}", hint=error.hint) from error
