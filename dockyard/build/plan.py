"""What must be done so that ECR has every image, and the doing of it, side by side; the push itself is in `push`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from dockyard.build.builder import Built, Workshop, build, local_name
from dockyard.build.layers import Layers
from dockyard.build.mirrored import Wanted
from dockyard.build.pinned import Pinned
from dockyard.build.prerequisites import check
from dockyard.build.promoted import Promoted
from dockyard.build.recipe import Recipe
from dockyard.defaults import JOBS
from dockyard.doors.registry import Ecr
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads

if TYPE_CHECKING:
    from dockyard.doors.buildkit import LocalImage

T = TypeVar("T")
R = TypeVar("R")


class State(StrEnum):
    """Where an image is already."""

    PUSHED = "pushed"
    BUILT = "built"
    MISSING = "missing"


@dataclass(frozen=True)
class Planned:
    """One image: what it is, where it is, and its digest where ECR has it."""

    image: Wanted
    state: State
    digest: str | None = None
    size: int | None = None
    """Bytes of what was built this time: unpacked, in the engine; compressed, in ECR, where its builder pushed it itself."""
    layers: Layers | None = None
    """What of it was pushed this time, where the engine did it."""
    local: "LocalImage | None" = None
    """What the engine told of it when it was built."""

    @classmethod
    def of(cls, built: Built) -> "Planned":
        """An image that was built, and is to be pushed."""
        return cls(built.recipe, State.BUILT, size=built.size, local=built.local)

    @property
    def pushed(self) -> dict[str, int | None]:
        """Its size, and what of it was pushed, as far as that is known: `layers_pushed` is null where `size` is that in ECR."""
        layers = self.layers
        return {
            "size": self.size,
            "layers_pushed": layers.pushed if layers else None,
            "layers_reused": layers.reused if layers else None,
            "bytes_pushed": layers.bytes_sent if layers else None,
        }


def plan(images: Iterable[Wanted], aws: Ecr, is_local: Callable[[str], bool]) -> list[Planned]:
    """What is there of each image. An image that ECR has is neither built, nor copied, nor pushed.

    Raises BuildError where a service was rolled back to one that ECR has no more, or is promoted and ECR has another by its tag.
    """

    def look(image: Wanted) -> Planned:
        if digest := aws.image_digest(image.repository, image.tag):
            if isinstance(image, Promoted):
                image.check(digest)
            return Planned(image, State.PUSHED, digest)
        if isinstance(image, Pinned):
            raise image.gone()
        if isinstance(image, Promoted):
            return Planned(image, State.MISSING)
        return Planned(image, State.BUILT if is_local(local_name(image)) else State.MISSING)

    return side_by_side(look, list(images))


class SomeBuiltError(BuildError):
    """Some images could not be built, and others were.

    :param built: the services of those.
    """

    def __init__(self, fault: BuildError, built: Collection[str]) -> None:
        super().__init__(f"{fault}\n{named(built)} built", hint=fault.hint)
        self.fault, self.built = fault, tuple(built)


def named(services: Collection[str]) -> str:
    """As the subject of a sentence: `shop is`, `shop, mailer are`."""
    return f"{', '.join(services)} {'is' if len(services) == 1 else 'are'}"


def build_all(recipes: Sequence[Recipe], workshop: Workshop, progress: Progress) -> list[Built]:
    """Build what the engine lacks. Raises BuildError with what went wrong for each, PrerequisiteError before the first."""
    check(recipes, workshop)
    done: set[str] = set()

    def one(recipe: Recipe) -> Built:
        made = build(recipe, workshop, progress)
        done.add(recipe.service)
        return made

    try:
        made = {built.recipe.service: built for built in side_by_side(one, by_base(recipes), workshop.options.jobs)}
        return [made[recipe.service] for recipe in recipes]
    except BuildError as error:
        if not done:
            raise
        raise SomeBuiltError(error, [recipe.service for recipe in recipes if recipe.service in done]) from error


def by_base(recipes: Sequence[Recipe]) -> list[Recipe]:
    """One of each base first, then a second one of each: bases are fetched side by side, and not one after the other."""
    before = Counter[tuple[str, ...]]()
    turn: dict[str, int] = {}
    for recipe in recipes:
        turn[recipe.service] = before[recipe.bases]
        before[recipe.bases] += 1
    return sorted(recipes, key=lambda recipe: turn[recipe.service])


def side_by_side(work: Callable[[T], R], items: Sequence[T], jobs: int = JOBS) -> list[R]:
    """The results in order; the errors of all in one BuildError where some failed."""
    with Threads(max_workers=jobs) as pool:
        futures = [pool.submit(work, item) for item in items]
    faults = [error for future in futures if isinstance(error := future.exception(), BuildError)]
    if len(faults) > 1:
        raise together(faults)
    return [future.result() for future in futures]


def together(faults: Sequence[BuildError]) -> BuildError:
    """All in one; each with what to do about it, unless that is the same for all."""
    if len(faults) == 1:
        return faults[0]
    if len({fault.hint for fault in faults}) == 1:
        return BuildError("\n".join(map(str, faults)), hint=faults[0].hint)
    return BuildError("\n".join(f"{fault}\n  try: {fault.hint}" if fault.hint else str(fault) for fault in faults))
