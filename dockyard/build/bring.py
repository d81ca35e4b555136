"""Images on their way into ECR: each is pushed once it is built, while others are still being built.

Pushes that share layers take turns, so that each layer goes over the wire once. The engine sends a layer to each repository that
lacks it, also to four at the same time. What one push has sent, those after it mount from its repository, where the registry can:
the base of eight images is uploaded once and not eight times. So an image waits while a layer is sent that it has, too; with
containerd's image store, which tells of layers by other digests, while the whole image is. Of those that may go the largest goes
first.
"""

import contextlib
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from dataclasses import dataclass
from typing import Any

from dockyard.build.plan import Planned, SomeBuiltError, by_base, together
from dockyard.build.recipe import Recipe
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads


@dataclass(frozen=True)
class Ways:
    """How an image is built and pushed."""

    build: Callable[[Recipe], Planned]
    """Raises BuildError."""
    push: Callable[[Planned, Callable[[str], None]], Planned]
    """It tells each layer that the registry has by then. Raises BuildError."""
    layers: Callable[[Planned], Collection[str]]
    """Those that the engine sends of it; none where that is not known, or something else sends it."""


def build_and_push(
    recipes: Sequence[Recipe],
    there: Sequence[Planned],
    ways: Ways,
    progress: Progress,
    jobs: int,
    may_push: "Future[bool] | None" = None,
) -> list[Planned]:
    """Build these, and push them and those that need no build; all with their digests in ECR.

    Once one cannot be built no push begins any more. Raises SomeBuiltError, or BuildError with what went wrong for each.

    :param jobs: builds at once, and pushes at once.
    :param may_push: once it is True, repositories are there; False ends it without a further build or push, and gives no images.
        Default: they are there.
    """
    gate = may_push or Future[bool]()
    if not may_push:
        gate.set_result(True)
    with Threads(max_workers=jobs) as builders, Threads(max_workers=jobs) as pushers:
        line = _Line(ways, progress, pushers, jobs)
        for entry in there:
            line.add(entry)
        building = {builders.submit(ways.build, recipe): recipe.service for recipe in by_base(recipes)}
        faults: dict[str, BuildError] = {}
        while building or line.pushing or (line.waiting and not faults):
            news, is_open = line.listen(), gate.done()
            if is_open and not gate.result():
                builders.shutdown(wait=False, cancel_futures=True)
                return []
            if is_open and not faults:
                line.start()
            going: set[Future[Planned]] = {*building, *line.pushing}
            awaited: set[Future[Any]] = {*going, news, *([] if is_open else [gate])}
            wait(awaited, return_when=FIRST_COMPLETED)
            for future in filter(Future.done, going):
                if future in line.pushing:
                    line.end(future)
                    continue
                service = building.pop(future)
                try:
                    line.add(future.result())
                except BuildError as error:
                    faults[service] = error
    built = [recipe.service for recipe in recipes if recipe.service not in {**faults, **line.faults}]
    if found := [*faults.values(), *line.faults.values()]:
        fault = together(found)
        raise SomeBuiltError(fault, built) if faults and built else fault
    return line.done


class _Line:
    """Images that are built, until they are in ECR."""

    def __init__(self, ways: Ways, progress: Progress, pool: Threads, jobs: int) -> None:
        self._ways, self._progress, self._pool, self._jobs = ways, progress, pool, jobs
        self.waiting: dict[str, Planned] = {}
        self.pushing: dict[Future[Planned], str] = {}
        self.done: list[Planned] = []
        self.faults: dict[str, BuildError] = {}
        self._layers: dict[str, Collection[str]] = {}
        self._there: set[str] = set()
        self._news = Future[None]()

    def add(self, entry: Planned) -> None:
        """It is to be pushed when its turn comes."""
        service = entry.image.service
        self.waiting[service], self._layers[service] = entry, set(self._ways.layers(entry))

    def listen(self) -> Future[None]:
        """Done once the registry has one more layer."""
        self._news = Future[None]()
        return self._news

    def start(self) -> None:
        """Begin with those of which no layer is being sent, as many as may be sent at once."""
        for entry in sorted(self.waiting.values(), key=lambda one: one.size or 0, reverse=True):
            service = entry.image.service
            before = [other for other in self.pushing.values() if self._missing(service) & self._missing(other)]
            if before:
                self._progress.update(service, f"waiting for {', '.join(before)}, with layers in common")
            elif len(self.pushing) < self._jobs:
                del self.waiting[service]
                self.pushing[self._pool.submit(self._ways.push, entry, self._has)] = service

    def end(self, future: Future[Planned]) -> None:
        """Note how a push ended."""
        service = self.pushing.pop(future)
        try:
            self.done.append(future.result())
            self._there.update(self._layers[service])
        except BuildError as error:
            self.faults[service] = error

    def _missing(self, service: str) -> set[str]:
        return set(self._layers[service]) - self._there

    def _has(self, layer: str) -> None:
        """The registry has this one. In any thread."""
        self._there.add(layer)
        with contextlib.suppress(InvalidStateError):
            self._news.set_result(None)
