"""Images of other registries, brought to ECR, or to the engine for the CDK CLI.

Where the registry does not answer, what is on this machine is used, as for base images: a stand-in, or an image that the
engine has. What the registry refuses is told.
"""

from collections.abc import Callable
from dataclasses import replace

from dockyard.build.builder import Workshop, local_name
from dockyard.build.mirrored import Mirrored
from dockyard.build.plan import Planned
from dockyard.build.push import PERMISSIONS, address_of, push, refuse_stand_in
from dockyard.build.transfer import credentials, transfer
from dockyard.config import Reference
from dockyard.doors.distribution import Repository
from dockyard.doors.registry import Ecr, Registry, RegistryError, UnansweredError
from dockyard.doors.registry_auth import Credentials, of_docker
from dockyard.errors import BuildError
from dockyard.progress import Progress

_CHECK = "check the name, and whether the registry can be reached; or set image.from to one that can be"


def mirror(planned: Planned, aws: Ecr, registry: Registry, workshop: Workshop, progress: Progress) -> Planned:
    """Copy an image into ECR; the plan's entry with the digest that ECR has then. Raises BuildError."""
    image = planned.image
    assert isinstance(image, Mirrored)  # noqa: S101  # what is built is pushed
    address = address_of(image, aws)
    refuse_stand_in(image.service, image.source if image.source in workshop.bases.stand_ins else None, address)
    host = address.partition("/")[0]
    progress.update(image.service, f"copying {image.source}")
    try:
        with _source(image, aws, workshop, host, credentials(registry)) as source:
            found = source.manifest(_digest(image, workshop) or Reference.parse(image.source).version)
    except UnansweredError as fault:
        return _from_engine(planned, fault, aws, registry, workshop, progress)
    except RegistryError as fault:
        raise BuildError(f"failed to copy {image.source}: {fault}", hint=fault.hint or _CHECK) from fault
    return transfer(
        planned, aws, registry, workshop, progress, source=lambda ours: _source(image, aws, workshop, host, ours), found=found,
        platform=image.platform, named=image.source, place=lambda source: _place(source, image, workshop),
    )  # fmt: skip


def to_engine(image: Mirrored, aws: Callable[[], Ecr], workshop: Workshop, progress: Progress) -> str:
    """Have an image of one platform in the engine, as the CDK CLI pushes from there; its local name. Raises BuildError.

    :param aws: who may read the private registries of ECR; asked for where the image is in one.
    """
    if workshop.docker.image_id(local_name(image)):
        return local_name(image)
    address, named = _address(image, workshop), Reference.parse(image.source)
    if image.source not in workshop.bases.stand_ins and named.ecr and _takes_token_of(reading := aws(), named):
        workshop.docker.login(replace(reading.registry(), host=named.registry))
    fault = workshop.docker.pull(address, image.platform)
    if fault is None:
        workshop.docker.tag(address, image.repository, image.tag)
        return local_name(image)
    return _named(image, RegistryError(f"{address}: {fault}"), workshop, progress)


def _source(image: Mirrored, aws: Ecr, workshop: Workshop, host: str, ours: Credentials) -> Repository:
    """Where it is copied from. `host` and `ours` are the registry of this account, which may be the one that is named."""
    if stand_in := workshop.bases.stand_ins.get(image.source):
        return Repository(workshop.registry, stand_in.repository, ours)
    named = Reference.parse(image.source)
    if named.ecr == (aws.account, aws.region):
        return Repository(host, named.repository, ours, workshop.ca_bundle, hint=PERMISSIONS)
    if _takes_token_of(aws, named):
        return Repository(named.host, named.repository, ours, workshop.ca_bundle, hint=PERMISSIONS)
    return Repository(named.host, named.repository, of_docker(named.registry), workshop.ca_bundle)


def _takes_token_of(aws: Ecr, named: Reference) -> bool:
    """Whether it is in a private registry of ECR, of whatever account: a token is good for a region."""
    return bool(named.ecr and named.ecr[1] == aws.region)


def _place(source: Repository, image: Mirrored, workshop: Workshop) -> str:
    return f"the stand-in for {image.source}" if image.source in workshop.bases.stand_ins else source.host


def _digest(image: Mirrored, workshop: Workshop) -> str | None:
    """What it must be; None where only the name is known."""
    stand_in = workshop.bases.stand_ins.get(image.source)
    return stand_in.digest if stand_in else workshop.bases.locked.get(image.source)


def _address(image: Mirrored, workshop: Workshop) -> str:
    """What the engine pulls."""
    if stand_in := workshop.bases.stand_ins.get(image.source):
        return f"{workshop.registry}/{stand_in.repository}@{stand_in.digest}"
    return str(Reference.parse(image.source).at(_digest(image, workshop)))


def _from_engine(
    planned: Planned, fault: RegistryError, aws: Ecr, registry: Registry, workshop: Workshop, progress: Progress
) -> Planned:
    image = planned.image
    assert isinstance(image, Mirrored)  # noqa: S101
    name = _named(image, fault, workshop, progress)
    try:
        return push(planned, aws, registry, workshop, progress)
    finally:
        workshop.docker.untag(name)


def _named(image: Mirrored, fault: RegistryError, workshop: Workshop, progress: Progress) -> str:
    """Give the image that the engine has its name here, where it has just this one. Raises BuildError where it has not."""
    address, tried = _address(image, workshop), "tried: its registry, this engine's images, stand-ins of the local AWS"
    if image.platform is None or not workshop.docker.image_id(address):
        raise BuildError(f"failed to copy {image.source}: {fault} ({tried})", hint=fault.hint or _CHECK) from fault
    if (platform := workshop.docker.image_platform(address)) != image.platform:
        raise BuildError(
            f"failed to copy {image.source}: {fault} ({tried}; the engine's is for {platform}, and not for {image.platform})",
            hint=fault.hint or _CHECK,
        ) from fault
    progress.note(image.service, f"{fault}; the image that this engine has is used")
    workshop.docker.tag(address, image.repository, image.tag)
    return local_name(image)
