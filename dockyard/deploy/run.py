"""The deploy itself: build and synthesize side by side, then stacks and images in the order that they need each other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.inputs import Inputs, read_inputs, write_inputs
from dockyard.build.mirrored import Wanted
from dockyard.build.plan import Planned, named
from dockyard.build.promoted import Promoted
from dockyard.build.secrets import check_build_secrets
from dockyard.deploy.assembly_folder import Note
from dockyard.deploy.building import Building
from dockyard.deploy.fingerprint import fingerprint
from dockyard.deploy.images import lacking
from dockyard.deploy.intent import Intent, tell_cautions
from dockyard.deploy.ledger import Ledger
from dockyard.deploy.likely import likely_stacks
from dockyard.deploy.operations import standing
from dockyard.deploy.orphans import RESOURCES, orphans
from dockyard.deploy.receipt import NONE, Receipt
from dockyard.deploy.replacements import NOTHING_LOST, Allowed
from dockyard.deploy.secrets import check_secrets
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.stacks import Stacks, check_bootstrap, deploy_stacks
from dockyard.deploy.standing import rows
from dockyard.deploy.states import Safety
from dockyard.deploy.still import as_left
from dockyard.deploy.synth import command_of
from dockyard.deploy.synthesis import synthesized
from dockyard.deploy.verify.run import check_quickly
from dockyard.deploy.ways import Done, Work, ahead_of_the_synth, from_a_folder, synthesized_first
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
    back: Sequence[str] = ()
    """Services that are rolled back."""
    assembly: Path | None = None
    """Deploy what was synthesized there, from these very files; None to synthesize now."""


def unchanged(site: Site, progress: Progress, wishes: Wishes, intent: Intent) -> Receipt | None:
    """The last receipt, where there is nothing to do; it takes no lock, as nothing is changed."""
    last = intent.last
    if not last or wishes.force or wishes.assembly or last.infrastructure != intent.infrastructure:
        return None
    wanted = intent.of(wishes.services)
    meant = {found.service: found.tag for found in wanted}
    deployed = {name: tag for name, tag in last.images.items() if not wishes.services or name in meant}
    left = _left(site, last, wishes.services)
    if deployed != meant or left is None:
        return None
    if not as_left(site.reading, site.aws.account, site.aws.region, left, rows(wanted, last.digests)):
        return None
    tell_cautions(site, progress, wanted)
    told = _of_those_left(site, last) if wishes.services else last
    return replace(told, seconds=time.monotonic() - intent.begun, pushed={}, nothing_changed=True)


def deploy(site: Site, progress: Progress, wishes: Wishes, intent: Intent, safety: Safety) -> Receipt:
    """Bring the environment to what the project says; the receipt."""
    wanted = intent.of(wishes.services)
    tell_cautions(site, progress, wanted)
    origins = {name: image.origin for name, image in wishes.promoted.items()}
    tags = {found.service: found.tag for found in wanted}
    with Ledger(site, progress, intent.begun, tags, origins, wishes.back) as ledger:
        return _deployed(site, ledger, wishes, intent, safety)


def _deployed(site: Site, ledger: Ledger, wishes: Wishes, intent: Intent, safety: Safety) -> Receipt:
    """Do it, and write the receipt."""
    services, progress = wishes.services, ledger.progress
    wanted = intent.of(services)
    if not wishes.assembly:
        command_of(site.project.root)  # else it would be told when images are built
    check_build_secrets(lacking(site, wanted), site.workshop.environment)  # it takes no time, and the synth does
    check_secrets(site, services)
    check_quickly(site, services)
    deployer = StackDeployer(site.aws, site.reading, safety, wishes.allowed)
    likely = None if wishes.assembly or wishes.via_cdk or site.synth else likely_stacks(site, intent)
    with Threads(max_workers=1) as pool, _told_when_interrupted(deployer), Building(site, wanted, progress, pool) as building:
        work = Work(site, services, wishes.via_cdk, intent, building, deployer, safety, progress)
        if wishes.assembly:
            done = from_a_folder(work, wishes.assembly)
        elif likely:
            done = ahead_of_the_synth(work, likely)
        else:
            done = synthesized_first(work)
    receipt = _receipt(site, ledger, wishes, intent.last, done)
    receipt.write(site.receipt_file)
    inputs = {entry.image.service: Inputs.of(entry.image) for entry in done.images}
    write_inputs(site.inputs_file, read_inputs(site.inputs_file) | inputs if services else inputs)
    return receipt


def _receipt(site: Site, ledger: Ledger, wishes: Wishes, last: Receipt | None, done: Done) -> Receipt:
    """What was deployed; of services that were not meant, what the last one tells."""
    services, images, stacks = wishes.services, done.images, done.stacks
    kept = _of_those_left(site, last) if last and services else NONE
    others = kept.stacks
    if (
        services and kept.infrastructure != done.infrastructure
    ):  # others may change by it, and so the next whole deploy looks at all
        others = dict.fromkeys([*others, site.service_stack(RESOURCES)], "")
    return Receipt(
        infrastructure=done.infrastructure,
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
        checked=done.checked,
    )


def _of_those_left(site: Site, last: Receipt) -> Receipt:
    """The same without the addresses of services whose stacks are gone; with all where the credentials may not look."""
    try:
        there = standing(site.reading.cloudformation)
    except (ClientError, BotoCoreError):
        return last
    addresses, through = (
        {name: one for name, one in told.items() if site.service_stack(name) in there} for told in (last.addresses, last.through)
    )
    return replace(last, addresses=addresses, through=through)


@contextmanager
def _told_when_interrupted(deployer: StackDeployer) -> Iterator[None]:
    """Say with the interrupt what goes on in the account."""
    try:
        yield
    except KeyboardInterrupt as error:
        names = sorted(deployer.under_way)
        what = f"{named(names)} being changed, which goes on in the account" if names else "no stack was being changed"
        raise KeyboardInterrupt(f"{what}; run the same command again to {'follow it' if names else 'go on'}") from error


def _left(site: Site, last: Receipt, services: Sequence[str]) -> dict[str, str] | None:
    """The stacks of these services, and those that all share, as the last deploy left them; all where none are named.

    None where it left no stack of one of them.
    """
    of_services = {site.service_stack(name) for name in site.environment.services}
    meant = {site.service_stack(name) for name in services} or of_services
    if not meant <= last.stacks.keys():
        return None
    others = of_services - meant
    return {name: left for name, left in last.stacks.items() if not services or name in meant or (left and name not in others)}


def prepare(site: Site, wanted: list[Wanted], progress: Progress, assembly: Path, safety: Safety) -> list[Planned]:
    """Synthesize into that folder, deploy the registry from there, and bring these images into it: no service is touched."""
    infrastructure = fingerprint(site.project, site.environment.name, site.aws.account, site.aws.region)
    command_of(site.project.root)
    check_build_secrets(lacking(site, wanted), site.workshop.environment)
    deployer = StackDeployer(site.aws, site.reading, safety)
    with Threads(max_workers=1) as pool, _told_when_interrupted(deployer), Building(site, wanted, progress, pool) as building:
        with building.faults_first():
            everything = synthesized(site, progress, validate=True, folder=assembly)
            Note.of(infrastructure, wanted).write(assembly)
            registry = [artifact for artifact in everything if artifact.name == site.registry_stack]
            check_bootstrap(site, registry)
        images, _ = deploy_stacks(site, registry, building.brought, progress, deployer)
    return images


def _outputs(site: Site, stacks: Stacks, key: str, before: Mapping[str, str]) -> dict[str, str]:
    """Service to this output of its stack, where it has one; as it was before where the stack was not looked at."""
    found = {name: stacks.get(site.service_stack(name)) for name in site.environment.services}
    told = {name: stack.outputs.get(key) if stack else before.get(name) for name, stack in found.items()}
    return {name: output for name, output in told.items() if output is not None}
