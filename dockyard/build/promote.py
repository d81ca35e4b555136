"""Images of one environment, brought to the registry of another."""

from dockyard.build.builder import Workshop
from dockyard.build.plan import Planned
from dockyard.build.promoted import Promoted
from dockyard.build.push import PERMISSIONS
from dockyard.build.transfer import credentials, transfer
from dockyard.doors.distribution import Repository
from dockyard.doors.registry import Ecr, Registry, RegistryError
from dockyard.errors import BuildError
from dockyard.progress import Progress


def promote(planned: Planned, aws: Ecr, registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Copy an image into ECR, whole and by its digest; the plan's entry with that. Raises BuildError."""
    image = planned.image
    assert isinstance(image, Promoted)  # noqa: S101  # what is built is pushed, and what is elsewhere is mirrored
    progress.update(image.service, f"copying from {image.environment}")
    try:
        with _source(image, workshop) as source:
            found = source.manifest(image.digest)
    except RegistryError as fault:
        raise BuildError(f"failed to copy {image.service} from {image.environment}: {fault}", hint=fault.hint) from fault
    done = transfer(
        planned, aws, registry, workshop, progress, source=lambda _: _source(image, workshop), found=found, platform=None,
        named=f"from {image.environment}", place=lambda _: f"{image.environment}: {image.digest}",
    )  # fmt: skip
    image.check(done.digest or "")
    return done


def _source(image: Promoted, workshop: Workshop) -> Repository:
    theirs = image.source.registry()
    return Repository(theirs.host, image.repository, credentials(theirs), workshop.ca_bundle, hint=PERMISSIONS)
