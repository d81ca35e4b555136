"""What must be done so that ECR has every image, and the doing of it, side by side."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from dockyard.build.builder import STAND_IN_LABEL, Workshop, build, local_name
from dockyard.build.mirrored import Wanted
from dockyard.build.recipe import Recipe
from dockyard.doors.aws import Aws, Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads

JOBS = 4
"""How many images are built or pushed at once."""

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


def plan(images: Iterable[Wanted], aws: Aws, is_local: Callable[[str], bool]) -> list[Planned]:
    """What is there of each image. An image that ECR has is neither built, nor copied, nor pushed."""

    def look(image: Wanted) -> Planned:
        if digest := aws.image_digest(image.repository, image.tag):
            return Planned(image, State.PUSHED, digest)
        return Planned(image, State.BUILT if is_local(local_name(image)) else State.MISSING)

    return side_by_side(look, list(images))


def build_all(recipes: Sequence[Recipe], workshop: Workshop, progress: Progress) -> list[str]:
    """Build what the engine lacks; the local names. Raises BuildError with what went wrong for each."""
    return side_by_side(lambda recipe: build(recipe, workshop, progress), recipes)


def push(planned: Planned, aws: Aws, registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Push an image of the engine; the plan's entry with the digest that ECR has then. Raises BuildError."""
    image = planned.image
    address = address_of(image, aws)
    refuse_stand_in(image.service, workshop.docker.labels(local_name(image)).get(STAND_IN_LABEL), address)
    progress.update(image.service, "pushing")
    workshop.docker.tag(local_name(image), address, image.tag)
    try:
        auth = {"username": registry.username, "password": registry.password}

        def send() -> str:
            return workshop.docker.push(address, image.tag, auth, lambda _: progress.update(image.service, "pushing"))

        return arrived(planned, aws, send, progress, "image pushed")
    finally:
        workshop.docker.untag(f"{address}:{image.tag}")


def address_of(image: Wanted, aws: Aws) -> str:
    """Where it is pushed to. Raises BuildError where its repository is not there."""
    address = aws.repository_address(image.repository)
    if address is None:
        raise BuildError(
            f"failed to push {local_name(image)}: no repository {image.repository} in account {aws.account}, {aws.region}",
            hint="run: dockyard deploy, which makes it first; or: cdk deploy '*-registry'",
        )
    return address


def arrived(planned: Planned, aws: Aws, send: Callable[[], str], progress: Progress, done: str) -> Planned:
    """Send an image, which gives a digest; the plan's entry with the digest that ECR has then.

    Another push of the same tag may come first. Tags do not move, so its image is adopted, and that is said.
    """
    image = planned.image
    try:
        sent = send()
    except BuildError:
        sent = ""
        if not aws.image_digest(image.repository, image.tag):
            raise
    digest = aws.image_digest(image.repository, image.tag)
    if digest is None:
        raise BuildError(f"failed to push {local_name(image)}: ECR does not have it after the push")
    progress.done(image.service, done if digest == sent else f"another push came first, its image is used: {digest}")
    return Planned(image, State.PUSHED, digest)


def side_by_side(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The results in order; the errors of all in one BuildError where some failed."""
    with Threads(max_workers=JOBS) as pool:
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


def refuse_stand_in(service: str, stand_in: str | None, address: str) -> None:
    """What is made of a stand-in stays on this machine: under an immutable tag it would stay in a real registry for ever."""
    if stand_in and not address.startswith(("localhost:", "127.0.0.1:")):
        raise BuildError(
            f"{service} is built on a stand-in for {stand_in}, made on this machine; it is not pushed to {address}",
            hint="build where the base image can be pulled, with no DOCKYARD_STAND_INS set",
        )
