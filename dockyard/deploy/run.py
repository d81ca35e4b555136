"""The deploy itself: build and synthesize side by side, then stacks and images in the order that they need each other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dockyard.build.inputs import Inputs, read_inputs, write_inputs
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import Planned, SomeBuiltError, named, side_by_side
from dockyard.build.promoted import Promoted
from dockyard.build.secrets import check_build_secrets
from dockyard.deploy.ahead import deploy_ahead, written_otherwise
from dockyard.deploy.assembly_folder import Note, check_images, read_folder, read_note
from dockyard.deploy.fingerprint import fingerprint
from dockyard.deploy.images import built, lacking, pushed
from dockyard.deploy.intent import Intent, tell_cautions
from dockyard.deploy.ledger import Ledger
from dockyard.deploy.likely import likely_stacks
from dockyard.deploy.operations import describe, version
from dockyard.deploy.orphans import RESOURCES, orphans
from dockyard.deploy.receipt import NONE, Receipt, infrastructures
from dockyard.deploy.replacements import NOTHING_LOST, Allowed
from dockyard.deploy.secrets import check_secrets
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.stacks import Stacks, check_bootstrap, deploy_stacks, deploy_stacks_via_cdk, wanted_stacks
from dockyard.deploy.states import Safety
from dockyard.deploy.synthesis import may_validate, synthesized
from dockyard.deploy.verify.run import check_quickly
from dockyard.doors.process import end_all
from dockyard.errors import BuildError, DockyardError
from dockyard.progress import Progress
from dockyard.threads import Threads


@dataclass(frozen=True)
class Wishes:
    """What the user wants of a deploy."""

    services: Sequence[str] = ()
    """Deploy these services' stacks, and what they depend on; all where none are named."""
    force: bool = False
    """Look at every stack even where nothing seems to have changed."""
    via_cdk: bool = False
    """Leave the stacks to the CDK CLI."""
    allowed: Allowed = NOTHING_LOST
    """Changes that are made although requests or data are lost by them."""
    prune: bool = False
    """Stacks of services that the project no longer has go afterwards: they need not be told of."""
    promoted: Mapping[str, Promoted] = field(default_factory=dict)
    """Service or sidecar to its image, where another environment has it: it is copied from there, and never built."""
    assembly: Path | None = None
    """Deploy what was synthesized there, from these very files; None to synthesize now."""


def unchanged(site: Site, progress: Progress, wishes: Wishes, intent: Intent) -> Receipt | None:
    """The last receipt, where there is nothing to do; it takes no lock, as nothing is changed."""
    last = intent.last
    if not last or wishes.force or wishes.assembly or last.infrastructure != intent.infrastructure:
        return None
    meant = {found.service: found.tag for found in intent.of(wishes.services)}
    deployed = {name: tag for name, tag in last.images.items() if not wishes.services or name in meant}
    if deployed != meant or not _untouched(site, last, wishes.services):
        return None
    tell_cautions(site, progress, intent.of(wishes.services))
    return replace(last, seconds=time.monotonic() - intent.begun, pushed={}, nothing_changed=True)


def deploy(site: Site, progress: Progress, wishes: Wishes, intent: Intent, safety: Safety) -> Receipt:
    """Bring the environment to what the project says; the receipt."""
    wanted = intent.of(wishes.services)
    tell_cautions(site, progress, wanted)
    origins = {name: image.origin for name, image in wishes.promoted.items()}
    with Ledger(site, progress, intent.begun, {found.service: found.tag for found in wanted}, origins) as ledger:
        return _deployed(site, ledger, wishes, intent, safety)


def _deployed(site: Site, ledger: Ledger, wishes: Wishes, intent: Intent, safety: Safety) -> Receipt:
    """Do it, and write the receipt."""
    services, progress, last = wishes.services, ledger.progress, intent.last
    wanted, infrastructure = intent.of(services), intent.infrastructure
    check_build_secrets(lacking(site, wanted), site.workshop.environment)  # it takes no time, and the synth does
    check_secrets(site, services)
    check_quickly(site, services)
    deployer = StackDeployer(site.aws, site.reading, safety, wishes.allowed)
    likely = None if wishes.assembly or wishes.via_cdk or site.synth else likely_stacks(site, intent)
    known = infrastructure in infrastructures(site.receipt_file)
    with Threads(max_workers=1) as pool, _told_when_interrupted(deployer):
        building = pool.submit(_built, site, wanted, progress)
        brought = partial(_pushed, site, building, progress)
        if likely:
            images, stacks = deploy_ahead(site, likely, services, brought, intent, progress, deployer)
        else:
            with _faults_first(building):
                if wishes.assembly:
                    everything, infrastructure = read_folder(site, wishes.assembly, wanted)
                    if infrastructure not in ("", intent.infrastructure):
                        progress.note(
                            "assembly", "its stacks were made from other settings than are here, and are deployed as they are"
                        )
                else:
                    ahead = not written_otherwise(read_note(site.assembly), infrastructure)
                    everything = synthesized(site, progress, validate=not known)
                    check_images(everything, wanted)
                    Note.of(infrastructure, intent.images, ahead=ahead).write(site.assembly)
                artifacts = wanted_stacks(site, everything, services)
                check_bootstrap(site, artifacts)
            if wishes.via_cdk:
                folder = wishes.assembly or site.assembly
                images, stacks = deploy_stacks_via_cdk(site, folder, artifacts, brought, progress, deployer, safety)
            else:
                images, stacks = deploy_stacks(site, artifacts, brought, progress, deployer)
    checked = known or (may_validate(site) and not wishes.assembly)
    receipt = replace(_receipt(site, ledger, wishes, last, infrastructure, images, stacks), checked=checked)
    receipt.write(site.receipt_file)
    inputs = {entry.image.service: Inputs.of(entry.image) for entry in images}
    write_inputs(site.inputs_file, read_inputs(site.inputs_file) | inputs if services else inputs)
    return receipt


def _receipt(
    site: Site,
    ledger: Ledger,
    wishes: Wishes,
    last: Receipt | None,
    infrastructure: str,
    images: list[Planned],
    stacks: "Stacks",
) -> Receipt:
    """What was deployed; of services that were not meant, what the last one tells.

    :param infrastructure: fingerprint of what made the stacks; empty where it is not known.
    """
    services = wishes.services
    kept = last if last and services else NONE
    others = kept.stacks
    if services and kept.infrastructure != infrastructure:  # others may change by it, and so the next whole deploy looks at all
        others = dict.fromkeys([*others, site.service_stack(RESOURCES)], "")
    return Receipt(
        infrastructure=infrastructure,
        images=kept.images | {entry.image.service: entry.image.tag for entry in images},
        digests=kept.digests | {entry.image.service: entry.digest or "" for entry in images},
        stacks=others | {name: stack.version for name, stack in stacks.items()},
        addresses=_outputs(site, stacks, "Address", kept.addresses),
        through=_outputs(site, stacks, "LoadBalancer", kept.through),
        orphans=orphans(site),
        seconds=ledger.seconds,
        pushed={image.image.service: image.pushed for image in images if image.size is not None},
        promoted={name: origin for name, origin in kept.promoted.items() if name not in {one.image.service for one in images}}
        | {name: image.origin for name, image in wishes.promoted.items()},
        made=ledger.made,
        steps=dict(ledger.progress.seconds),
    )


@contextmanager
def _faults_first(building: "Future[list[Planned]]") -> Iterator[None]:
    """Tell what is wrong now, and not once all images are built; also of these, what is known at the end of the block."""
    try:
        yield
        if building.done():
            building.result()
    except DockyardError:
        end_all()  # the builds, which would wait for it to be mended
        raise


@contextmanager
def _told_when_interrupted(deployer: StackDeployer) -> Iterator[None]:
    """Say with the interrupt what goes on in the account."""
    try:
        yield
    except KeyboardInterrupt as error:
        names = sorted(deployer.under_way)
        what = f"{named(names)} being changed, which goes on in the account" if names else "no stack was being changed"
        raise KeyboardInterrupt(f"{what}; run the same command again to {'follow it' if names else 'go on'}") from error


def _untouched(site: Site, last: Receipt, services: Sequence[str]) -> bool:
    """Whether the account still is as the last deploy left it, as far as these services go; all of it where none are named."""

    def same(name: str) -> bool:
        stack = describe(site.reading.cloudformation, name)
        return stack is not None and version(stack) == last.stacks[name]

    of_services = {site.service_stack(name) for name in site.environment.services}
    meant = {site.service_stack(name) for name in services} or of_services
    shared = {name for name, left in last.stacks.items() if left and name not in of_services}
    names = [name for name in last.stacks if name in meant or not services or name in shared]
    return meant <= last.stacks.keys() and all(side_by_side(same, names))


def prepare(site: Site, wanted: list[Wanted], progress: Progress, assembly: Path, safety: Safety) -> list[Planned]:
    """Synthesize into that folder, deploy the registry from there, and bring these images into it: no service is touched."""
    infrastructure = fingerprint(site.project, site.environment.name, site.aws.account, site.aws.region)
    check_build_secrets(lacking(site, wanted), site.workshop.environment)
    deployer = StackDeployer(site.aws, site.reading, safety)
    with Threads(max_workers=1) as pool, _told_when_interrupted(deployer):
        building = pool.submit(_built, site, wanted, progress)
        with _faults_first(building):
            everything = synthesized(site, progress, validate=True, folder=assembly)
            Note.of(infrastructure, wanted).write(assembly)
            registry = [artifact for artifact in everything if artifact.name == site.registry_stack]
            check_bootstrap(site, registry)
        images, _ = deploy_stacks(site, registry, partial(_pushed, site, building, progress), progress, deployer)
    return images


def _built(site: Site, wanted: list[Wanted], progress: Progress) -> list[Planned]:
    """The images; where some cannot be built, also what is left of the others, and how to go on with these alone."""
    try:
        return built(site, wanted, progress)
    except SomeBuiltError as error:
        alone = f"dockyard deploy {' '.join(error.built)} --env {site.environment.name}"
        left = f"{named(error.built)} built, and not deployed; to deploy without the others: {alone}"
        raise BuildError(f"{error.fault}\n{left}", hint=error.hint) from error


def _pushed(site: Site, building: "Future[list[Planned]]", progress: Progress) -> list[Planned]:
    return pushed(site, building.result(), progress)


def _outputs(site: Site, stacks: Stacks, key: str, before: Mapping[str, str]) -> dict[str, str]:
    """Service to this output of its stack, where it has one; as it was before where the stack was not looked at."""
    found = {name: stacks.get(site.service_stack(name)) for name in site.environment.services}
    told = {name: stack.outputs.get(key) if stack else before.get(name) for name, stack in found.items()}
    return {name: output for name, output in told.items() if output is not None}
