"""What a deploy is to bring about, as the project's files say it at this moment, and what the last one left."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockyard.build.mirrored import Wanted
from dockyard.build.promoted import Promoted
from dockyard.config import service_of
from dockyard.deploy.fingerprint import fingerprint
from dockyard.deploy.images import cautions, needed, with_promoted
from dockyard.deploy.receipt import Receipt, read_receipt
from dockyard.deploy.site import Site
from dockyard.progress import Progress


@dataclass(frozen=True)
class Intent:
    """What the project says, and what was deployed last."""

    begun: float
    """When it was read, by the monotonic clock."""
    images: Sequence[Wanted]
    infrastructure: str
    """Fingerprint of what makes the stacks."""
    last: Receipt | None

    @property
    def tags(self) -> dict[str, str]:
        """Service to tag."""
        return {found.service: found.tag for found in self.images}

    def of(self, services: Sequence[str]) -> list[Wanted]:
        """The images of these services; all where none are given."""
        return [found for found in self.images if not services or service_of(found.service) in services]


def intent_of(site: Site, promoted: Mapping[str, Promoted]) -> Intent:
    """That of the site, read now.

    :param promoted: images of another environment that take the place of those that the sources give.
    """
    begun = time.monotonic()
    images = with_promoted(needed(site.project, site.environment, site.workshop.bases), promoted)
    now = fingerprint(site.project, site.environment.name, site.aws.account, site.aws.region)
    return Intent(begun, images, now, read_receipt(site.receipt_file))


def tell_cautions(site: Site, progress: Progress, wanted: Sequence[Wanted]) -> None:
    """Tell what the user should know of these images, and of the environment."""
    for service, text in cautions_of(site, wanted):
        progress.note(service, text)


def cautions_of(site: Site, wanted: Sequence[Wanted]) -> list[tuple[str, str]]:
    """Service, and what its user should know: of these images, and of the environment."""
    of_images = [(found.service, text) for found in wanted for text in cautions(site.project, site.environment, found)]
    return [*of_images, *site.environment.cautions]
