"""Pins in dockyard.lock, against what the sources give."""

from collections.abc import Iterable, Mapping, Sequence

from dockyard.build import Bases, Pinned, Wanted
from dockyard.build import of_sources as made_of_sources
from dockyard.cli.session import Session
from dockyard.config import Project, service_of
from dockyard.config.relock import write_lock
from dockyard.operate.rollback import without_pins


def lift(session: Session, services: Sequence[str], tags: Mapping[str, str]) -> list[str]:
    """Take out the pins of what has just been deployed from other sources than those that were taken back; whose they were.

    :param services: those that were deployed; all where none are given.
    :param tags: service or sidecar to the tag that is deployed.
    """
    before = session.project.lock
    if not before.pins:
        return []
    deployed = {name: tag for name, tag in tags.items() if not services or service_of(name) in services}
    after = without_pins(before, session.environment.name, deployed)
    gone = [key for key in before.pins if key not in after.pins]
    if gone:
        write_lock(session.root, after)
    return gone


def of_sources(images: Iterable[Wanted]) -> dict[str, str]:
    """Service or sidecar to the tag that its sources give, whatever runs in its place."""
    return {image.service: image.of_sources if isinstance(image, Pinned) else image.tag for image in images}


def of_pinned(project: Project, bases: Bases) -> dict[str, str]:
    """`environment/name` of every pin to the tag that its sources give; without those of an image that is not there any more."""
    keys = [(key, *key.partition("/")[::2]) for key in project.lock.pins]
    found = {
        key: made_of_sources(project, project.environments[environment], name, bases)
        for key, environment, name in keys
        if environment in project.environments and name in project.environments[environment].images
    }
    return {key: image.tag for key, image in found.items() if image}
