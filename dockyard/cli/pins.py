"""Pins in dockyard.lock, against what the sources give."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build import Bases, Pinned, Wanted
from dockyard.build import of_sources as made_of_sources
from dockyard.cli import screen
from dockyard.cli.session import Session
from dockyard.config import Project, service_of
from dockyard.config.load import LOCK_FILE
from dockyard.config.relock import write_lock
from dockyard.deploy.operations import describe
from dockyard.deploy.site import Site
from dockyard.errors import DockyardError
from dockyard.operate.look import Lookout
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


@contextmanager
def kept(session: Session, pinned: Mapping[str, str]) -> Iterator[None]:
    """Put dockyard.lock back as it was where what is done fails, unless the account is where the lock says, or may get there.

    Where it is interrupted, the account goes on as well.

    :param pinned: service to the tag that it is to run by its pin.
    """
    file = session.root / LOCK_FILE
    before = file.read_bytes() if file.exists() else None
    try:
        yield
    except Exception:
        reasons = {service: _why_kept(session.site, service, tag) for service, tag in pinned.items()}
        for service, why in reasons.items():
            if why:
                screen.warn(f"{service}: {why}, so its pin stays in dockyard.lock; how it ended: dockyard status {service}")
            elif any(reasons.values()):
                screen.warn(f"{service}: not there, and its pin stays as well: run the same command again, or take it out")
        if not any(reasons.values()):
            if before is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(before)
        raise


def _why_kept(site: Site, service: str, tag: str) -> str | None:
    """Why the pin of what failed here is still right, or may be; None where it is not."""
    try:
        stack = describe(site.reading.cloudformation, site.service_stack(service))
        version = Lookout(site).look([service])[0].version
    except (DockyardError, ClientError, BotoCoreError):
        return "whether it goes on in the account could not be asked"
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS"):
        return f"its stack is being changed ({stack['StackStatus']})"
    return "the version runs that it is pinned to" if version and version.tag == tag else None
