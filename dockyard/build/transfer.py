"""An image on its way from one registry into ECR, in as many attempts as it may take."""

import itertools
from collections.abc import Callable

from dockyard.build.builder import Workshop
from dockyard.build.copy import copy
from dockyard.build.plan import Planned
from dockyard.build.push import PERMISSIONS, address_of, arrived
from dockyard.doors.distribution import RawManifest, Repository
from dockyard.doors.registry import Ecr, Registry, RegistryError, UnansweredError
from dockyard.doors.registry_auth import Credentials
from dockyard.errors import BuildError
from dockyard.progress import Progress

Source = Callable[[Credentials], Repository]
"""The repository to copy from, by the credentials of the registry that it is copied to, which may be the same."""


def transfer(
    planned: Planned,
    aws: Ecr,
    registry: Registry,
    workshop: Workshop,
    progress: Progress,
    *,
    source: Source,
    found: RawManifest,
    platform: str | None,
    named: str,
    place: Callable[[Repository], str],
) -> Planned:
    """Copy a manifest of `source`, and what it names, under the image's tag; the plan's entry with its digest. Raises BuildError.

    :param platform: of an index, that alone; None for all.
    :param named: the image, as the user knows it.
    :param place: where it came from, as the user knows it.
    """
    image = planned.image
    host, _, name = address_of(image, aws).partition("/")
    tokens = itertools.chain([registry], iter(aws.registry, None))  # a new one each time: the last may be what was refused
    opened: list[Repository] = []

    def once() -> str:
        ours = credentials(next(tokens))
        with source(ours) as origin, Repository(host, name, ours, workshop.ca_bundle, hint=PERMISSIONS) as target:
            opened[:] = [origin]
            return copy(
                origin, target, found, image.tag, platform=platform,
                told=lambda amount: progress.update(image.service, f"copying {named}: {amount}"),
            )  # fmt: skip

    def send() -> str:
        return workshop.retries.run(once, _is_worth, lambda text: progress.note(image.service, f"copy failed: {text}"))

    return arrived(planned, aws, send, progress, lambda: f"image copied from {place(opened[0])}")


def credentials(registry: Registry) -> Credentials:
    """Who we are there."""
    return Credentials(registry.username, registry.password)


def _is_worth(fault: BuildError) -> bool:
    """Whether another attempt may help: not where there is no such thing, or the tag does not move."""
    refused = isinstance(fault, RegistryError) and fault.status in (None, 401, 403)
    return refused or isinstance(fault, UnansweredError)
