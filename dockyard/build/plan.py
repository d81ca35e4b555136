"""What must be done so that ECR has every image, and the doing of it, side by side."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from dockyard.build.builder import JOBS, STAND_IN_LABEL, Built, Workshop, build, local_name
from dockyard.build.caches import NO_CACHES, Caches
from dockyard.build.layers import Layers
from dockyard.build.prerequisites import check
from dockyard.build.recipe import Recipe
from dockyard.doors.aws import Aws, Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads

T = TypeVar("T")
R = TypeVar("R")


class State(StrEnum):
    """Where an image is already."""

    PUSHED = "pushed"
    BUILT = "built"
    MISSING = "missing"


@dataclass(frozen=True)
class Planned:
    """One image: its recipe, where it is, and its digest where ECR has it."""

    recipe: Recipe
    state: State
    digest: str | None = None
    size: int | None = None
    """Bytes of what was built this time: in the engine, or compressed in ECR where its builder pushed it itself."""
    layers: Layers | None = None
    """What of it was pushed this time, where the engine did it."""

    @property
    def pushed(self) -> dict[str, int | None]:
        """Its size and what of it was pushed, as far as that is known."""
        layers = self.layers
        return {
            "size": self.size,
            "layers_pushed": layers.pushed if layers else None,
            "layers_reused": layers.reused if layers else None,
            "bytes_pushed": layers.bytes_sent if layers else None,
        }


def plan(recipes: Iterable[Recipe], aws: Aws, is_local: Callable[[str], bool]) -> list[Planned]:
    """What is there of each image. An image that ECR has is neither built nor pushed."""

    def look(recipe: Recipe) -> Planned:
        if digest := aws.image_digest(recipe.repository, recipe.tag):
            return Planned(recipe, State.PUSHED, digest)
        return Planned(recipe, State.BUILT if is_local(local_name(recipe)) else State.MISSING)

    return side_by_side(look, list(recipes))


def build_all(
    recipes: Sequence[Recipe], workshop: Workshop, progress: Progress, caches: Callable[[Recipe], Caches] = lambda _: NO_CACHES
) -> list[Built]:
    """Build what the engine lacks. Raises BuildError with what went wrong for each, PrerequisiteError before the first."""
    check(recipes, workshop)
    return side_by_side(lambda recipe: build(recipe, workshop, progress, caches(recipe)), recipes, workshop.options.jobs)


def push(planned: Planned, aws: Aws, registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Push a built image; the plan's entry with the digest that ECR has then.

    Another push of the same tag may come first. Tags do not move, so its image is adopted, and that is said.
    """
    recipe = planned.recipe
    address = aws.repository_address(recipe.repository)
    if address is None:
        raise BuildError(
            f"failed to push {local_name(recipe)}: no repository {recipe.repository} in account {aws.account}, {aws.region}",
            hint="run: dockyard deploy, which makes it first; or: cdk deploy '*-registry'",
        )
    _refuse_stand_in(recipe, address, workshop)
    layers, begun = Layers(), time.monotonic()
    progress.update(recipe.service, "pushing")
    workshop.docker.tag(local_name(recipe), address, recipe.tag)
    try:
        auth = {"username": registry.username, "password": registry.password}
        pushed = workshop.docker.push(address, recipe.tag, auth, lambda line: progress.update(recipe.service, layers.read(line)))
    except BuildError:
        pushed = ""
        if not aws.image_digest(recipe.repository, recipe.tag):
            raise
    finally:
        workshop.docker.untag(f"{address}:{recipe.tag}")
    digest = aws.image_digest(recipe.repository, recipe.tag)
    if digest is None:
        raise BuildError(f"failed to push {local_name(recipe)}: ECR does not have it after the push")
    told = f"image pushed in {time.monotonic() - begun:.1f} s: {layers}"
    progress.done(recipe.service, told if digest == pushed else f"another push came first, its image is used: {digest}")
    return Planned(recipe, State.PUSHED, digest, planned.size, layers)


def side_by_side(work: Callable[[T], R], items: Sequence[T], jobs: int = JOBS) -> list[R]:
    """The results in order; the errors of all in one BuildError where some failed."""
    with Threads(max_workers=jobs) as pool:
        futures = [pool.submit(work, item) for item in items]
    faults = [error for future in futures if isinstance(error := future.exception(), BuildError)]
    if len(faults) > 1:
        raise _together(faults)
    return [future.result() for future in futures]


def _together(faults: Sequence[BuildError]) -> BuildError:
    """All in one; each with what to do about it, unless that is the same for all."""
    if len({fault.hint for fault in faults}) == 1:
        return BuildError("\n".join(map(str, faults)), hint=faults[0].hint)
    return BuildError("\n".join(f"{fault}\n  try: {fault.hint}" if fault.hint else str(fault) for fault in faults))


def _refuse_stand_in(recipe: Recipe, address: str, workshop: Workshop) -> None:
    """An image on a stand-in stays on this machine: under an immutable tag it would stay in a real registry for ever."""
    stand_in = workshop.docker.labels(local_name(recipe)).get(STAND_IN_LABEL)
    if stand_in and not address.startswith(("localhost:", "127.0.0.1:")):
        raise BuildError(
            f"{recipe.service} is built on a stand-in for {stand_in}, made on this machine; it is not pushed to {address}",
            hint="build where the base image can be pulled, with no DOCKYARD_STAND_INS set",
        )
