"""An image that was built here goes to ECR, in as many attempts as it may take.

The engine sends the layers, and what the registry has already it does not send again: a further attempt, or a further run, takes
up where the last one ended. Where the registry answers 5xx to a layer or the connection breaks, the engine itself sends it up to
five times; all else (429, a token that is not taken, any fault of the manifest) it gives up at once. docs/reliability.md
"""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dockyard.build.builder import STAND_IN_LABEL, Workshop, local_name
from dockyard.build.layers import SHORT, Layers
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import Planned, State
from dockyard.build.recipe import Recipe
from dockyard.doors.engine_faults import PushError
from dockyard.doors.registry import Ecr, Registry
from dockyard.errors import BuildError
from dockyard.progress import Progress

if TYPE_CHECKING:
    from dockyard.doors.docker import Docker

T = TypeVar("T")

_FINAL = ("tag invalid", "cannot be overwritten", "name unknown", "the repository with name")
"""Refusals that another attempt does not change: the tag is there and does not move; there is no such repository.

By the registry's codes, or by ECR's words where the engine tells no codes, as one with containerd's image store.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"""
_AGAIN = "run the same command again: what the registry has by now is not sent again"
_HELD = f"restart the Docker engine, which still holds the stalled upload; then {_AGAIN}"
_NO_REPOSITORY = "run: dockyard deploy, which makes the repository first"
_DAMAGED = f"the layer is damaged on its way or in the engine: docker image rm {{image}}; then {_AGAIN}"
PERMISSIONS = "docs/permissions.md says what who deploys must be allowed to do"
_HINTS = {
    "denied:": PERMISSIONS,
    "403 forbidden": PERMISSIONS,
    "not authorized to perform": PERMISSIONS,
    "name unknown": _NO_REPOSITORY,
    "the repository with name": _NO_REPOSITORY,
    "digest invalid": _DAMAGED,
    "digest did not match": _DAMAGED,
}
"""What to do about a refusal, by its code or words; a builder may tell the status of HTTP in its place."""


def push(
    planned: Planned,
    aws: Ecr,
    registry: Registry,
    workshop: Workshop,
    progress: Progress,
    on_there: Callable[[str], None] = lambda _: None,
) -> Planned:
    """Push an image of the engine; the plan's entry with the digest that ECR has then. Raises BuildError.

    :param on_there: told each layer that ECR has by then, in the engine's short form.
    """
    image = planned.image
    address = address_of(image, aws)
    local = planned.local or workshop.docker.image(local_name(image))
    refuse_stand_in(image.service, local.labels.get(STAND_IN_LABEL), address)
    layers, begun = Layers(len(set(local.layers)), on_there), time.monotonic()
    progress.update(image.service, "pushing")

    def send() -> str:
        try:
            return in_attempts(
                image, aws, registry, workshop, progress, _by_engine(image, local.id, address, workshop, progress, layers)
            )
        except BuildError as error:
            raise explained(image, error) from error

    arrived_as = arrived(planned, aws, send, progress, lambda: f"image pushed in {time.monotonic() - begun:.1f} s: {layers}")
    return replace(arrived_as, layers=layers)


def layers_sent(entry: Planned, workshop: Workshop) -> list[str]:
    """Layers that the engine sends of an image, as it tells of them; none where something else sends it."""
    image = entry.image
    if not isinstance(image, Recipe) or not workshop.loads(image):
        return []
    known = (entry.local or workshop.docker.image(local_name(image))).layers
    return [layer.removeprefix("sha256:")[:SHORT] for layer in known]


def address_of(image: Wanted, aws: Ecr) -> str:
    """Where it is pushed to. Raises BuildError where its repository is not there."""
    address = aws.repository_address(image.repository)
    if address is None:
        raise BuildError(
            f"failed to push {local_name(image)}: no repository {image.repository} in account {aws.account}, {aws.region}",
            hint="run: dockyard deploy, which makes it first; or: cdk deploy '*-registry'",
        )
    return address


def arrived(planned: Planned, aws: Ecr, send: Callable[[], str], progress: Progress, done: Callable[[], str]) -> Planned:
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
    progress.done(image.service, done() if digest == sent else f"another push came first, its image is used: {digest}")
    return Planned(image, State.PUSHED, digest, planned.size)


def refuse_stand_in(service: str, stand_in: str | None, address: str) -> None:
    """What is made of a stand-in stays on this machine: under an immutable tag it would stay in a real registry for ever."""
    if stand_in and not address.startswith(("localhost:", "127.0.0.1:")):
        raise BuildError(
            f"{service} is built on a stand-in for {stand_in}, made on this machine; it is not pushed to {address}",
            hint="build where the base image can be pulled, with no DOCKYARD_STAND_INS set",
        )


def in_attempts(
    image: Wanted, aws: Ecr, registry: Registry, workshop: Workshop, progress: Progress, send: Callable[[Registry], T]
) -> T:
    """Send an image until that works; what it gives. Raises PushError of the last attempt; at once what is no PushError.

    :param send: does it with this token. It is a new one each time: the last may be what was refused.
    """
    tokens = itertools.chain([registry], iter(aws.registry, None))

    def worth(fault: BuildError) -> bool:
        return isinstance(fault, PushError) and not any(text in _said(fault) for text in _FINAL)

    return workshop.retries.run(
        lambda: send(next(tokens)), worth, lambda text: progress.note(image.service, f"push failed: {text}")
    )


def explained(image: Wanted, fault: BuildError) -> BuildError:
    """A push that failed, with the image and what to do about it."""
    name = local_name(image)
    stalled = isinstance(fault, PushError) and fault.stalled
    refused = next((hint for text, hint in _HINTS.items() if text in _said(fault)), _AGAIN)
    return BuildError(f"failed to push {name}: {fault}", hint=fault.hint or (_HELD if stalled else refused.format(image=name)))


def _said(fault: BuildError) -> str:
    return str(fault).lower().replace("_", " ")


def _by_engine(
    image: Wanted, id: str, address: str, workshop: Workshop, progress: Progress, layers: Layers
) -> Callable[[Registry], str]:
    """What pushes an image with a token, and gives its digest. Raises PushError; BuildError where the engine is gone.

    :param id: what the engine calls it. By its name it may be another by now, that another command made of a stand-in.
    """
    names = _names(address)
    name = next(names)

    def send(token: Registry) -> str:
        nonlocal name
        auth = {"username": token.username, "password": token.password}
        try:
            with _named(workshop.docker, id, name, image.tag):
                return workshop.docker.push(
                    name,
                    image.tag,
                    auth,
                    lambda line: progress.update(image.service, layers.read(line)),
                    silence=workshop.retries.silence,
                )
        except PushError as error:
            name = next(names) if error.stalled else name
            raise

    return send


def _names(address: str) -> Iterator[str]:
    """The address in other letters, for ever: the same registry, and another one to the engine.

    An upload that stalls is not given up by the engine, and whoever pushes the same layer to the same name waits for it. A
    registry of this machine has two names alone, as engines talk to no other without TLS.
    """
    host, _, repository = address.partition("/")
    local = (host, host.replace("localhost:", "127.0.0.1:"))
    others = (host, host.upper(), host.title(), host.title().swapcase())
    for name in itertools.cycle(local if host.startswith("localhost:") else others):
        yield f"{name}/{repository}"


@contextlib.contextmanager
def _named(docker: "Docker", image: str, repository: str, tag: str) -> Iterator[None]:
    """The image has this name, too, as long as the block lasts."""
    docker.tag(image, repository, tag)
    try:
        yield
    finally:
        docker.untag(f"{repository}:{tag}")
