"""The stacks of a cloud assembly, deployed in the order that they need each other, and beside them the images."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.plan import Planned
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.graph import Node, run_graph
from dockyard.deploy.ledger import Entry, entries
from dockyard.deploy.site import Site
from dockyard.deploy.stack import STILL_RUNS, Deployed, StackDeployer
from dockyard.deploy.states import Safety
from dockyard.deploy.via_cdk import deploy_via_cdk
from dockyard.deploy.watches import Watches
from dockyard.doors.aws_faults import explained
from dockyard.errors import DeployError, DockyardError, PrerequisiteError, UnwellError
from dockyard.progress import Progress

T = TypeVar("T")

IMAGES = "images"
"""The piece of work that brings all images into ECR."""

Stacks = Mapping[str, Deployed]


def deploy_stacks(
    site: Site,
    artifacts: list[StackArtifact],
    images: Callable[[], list[Planned]],
    progress: Progress,
    deployer: StackDeployer,
) -> tuple[list[Planned], Stacks]:
    """Each stack by a change set once those that it needs are done, the platform while images are still built.

    Stacks that need the registry wait until every image is in ECR: no service is touched where one cannot be built.

    Which of these are as they should be is looked at meanwhile; that holds unless one that they need changes.

    :param images: what brings all images into ECR, and returns them.
    """
    looked: dict[str, Deployed | None] = {}
    before = cache(partial(entries, site))
    moved: set[str] = set()
    """Stacks that were changed, and those that need one of them."""

    def look(artifact: StackArtifact) -> None:
        looked[artifact.name] = _telling(artifact.name, partial(deployer.current, artifact))

    def deploy(artifact: StackArtifact) -> Deployed:
        made, follows = looked.get(artifact.name), bool(moved & set(artifact.depends_on))
        unwell = made is not None and _was_unwell(site, artifact.name, before())
        if made is None or follows or unwell:
            made = _deploy_stack(site, artifact, progress, deployer, unwell=unwell)
        else:
            progress.done(artifact.name, "unchanged")
        if made.changed or follows:
            moved.add(artifact.name)
        return made

    def early(name: str, fault: DockyardError) -> None:
        if name in nodes:
            first = str(fault).splitlines()[0].removeprefix(f"{name}: ")
            progress.note(name, f"{first} (all that is known of it is told when the others have ended)")

    needs = {one.name: _needs(site, one) for one in artifacts}
    nodes = {one.name: Node(partial(deploy, one), needs[one.name] | {_look(one.name)}) for one in artifacts}
    looks = {_look(one.name): Node(partial(look, one)) for one in artifacts if IMAGES in needs[one.name]}
    brought = Node(partial(_telling, IMAGES, images), frozenset({site.registry_stack}))
    done = run_graph({**nodes, **looks, IMAGES: brought}, early)
    return done[IMAGES], {name: done[name] for name in nodes}


def _look(stack: str) -> str:
    """Name of the piece of work that looks at it before images are there."""
    return f"a look at {stack}"


def deploy_stacks_via_cdk(
    site: Site,
    assembly: Path,
    artifacts: list[StackArtifact],
    images: Callable[[], list[Planned]],
    progress: Progress,
    deployer: StackDeployer,
    safety: Safety,
) -> tuple[list[Planned], Stacks]:
    """The registry by a change set, then the images, then the CDK CLI."""
    registry = [artifact for artifact in artifacts if artifact.name == site.registry_stack]
    in_ecr, _ = deploy_stacks(site, registry, images, progress, deployer)
    names = [artifact.name for artifact in artifacts]
    safety.check()
    with deployer.changing(*names):
        deploy_via_cdk(site, assembly, names, progress)
    return in_ecr, {name: deployer.look(name) for name in names}


def _needs(site: Site, artifact: StackArtifact) -> frozenset[str]:
    needs = frozenset(artifact.depends_on)
    return needs | {IMAGES} if site.registry_stack in needs else needs


def _telling(subject: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except (ClientError, BotoCoreError) as error:
        raise _told(subject, error) from error


def _deploy_stack(
    site: Site, artifact: StackArtifact, progress: Progress, deployer: StackDeployer, *, unwell: bool = False
) -> Deployed:
    """Deploy it, and look whether it is well then, also where it was left unwell and nothing is to be changed."""
    begun = time.monotonic()
    watches = Watches(site, artifact, progress)
    try:
        made = deployer.deploy(artifact, watches.look)
    except DeployError as error:
        found, text = watches.cause(), str(error)
        if STILL_RUNS in text and (lacking := watches.lacking()):
            text = text.replace(STILL_RUNS, f", but {lacking}")
        if not found and text == str(error):
            raise
        told = f"{artifact.name}: {found.text}\n{text}" if found else text
        raise DeployError(told, hint=error.hint or (found.hint if found else None)) from error
    except (ClientError, BotoCoreError) as error:
        raise _told(artifact.name, error) from error
    times = watches.times()
    again = not made.changed and unwell
    if (made.changed or again) and (bad := watches.unwell(again=again)):
        raise UnwellError(f"{artifact.name}: {bad.text}", hint=bad.hint)
    if made.changed and (lacking := watches.lacking()):
        progress.note(artifact.name, lacking)
    took = f"deployed in {time.monotonic() - begun:.1f} s" + (f" ({times})" if times else "")
    progress.done(artifact.name, took if made.changed else "unchanged")
    return made


def _was_unwell(site: Site, stack: str, before: Sequence[Entry]) -> bool:
    """Whether the last deploy of it, from wherever, told a fault of the stack: one that changes nothing would tell nothing."""
    service = stack.removeprefix(site.service_stack(""))
    return next((stack in one.faults for one in reversed(before) if service in one.images), False)


def _told(subject: str, error: Exception) -> DeployError:
    """What AWS refused, as a fault of one piece of the work: the others go on, and all faults are told."""
    known = explained(error)
    return DeployError(f"{subject}: {known or error}", hint=known.hint if known else None)


def check_bootstrap(site: Site, artifacts: list[StackArtifact]) -> None:
    """Raise PrerequisiteError where the account's bootstrap is not what these stacks need."""
    needed = {a.bootstrap_parameter: a.bootstrap_version for a in artifacts if a.bootstrap_parameter and a.bootstrap_version}
    for parameter, wanted in needed.items():
        found = site.reading.parameter(parameter)
        if found is None or int(found) < wanted:
            raise PrerequisiteError(
                f"account {site.aws.account} is not bootstrapped in {site.aws.region}" + (f" (version {found})" if found else ""),
                hint=f"run: cdk bootstrap aws://{site.aws.account}/{site.aws.region}",
            )


def wanted_stacks(site: Site, artifacts: list[StackArtifact], services: Collection[str]) -> list[StackArtifact]:
    """The stacks of these services and those that they depend on; all where none are given.

    Other services are left as they are, also those that are called: that they go first is an order, and not a need.
    """
    if not services:
        return artifacts
    wanted = {site.service_stack(name) for name in services}
    others = {site.service_stack(name) for name in site.environment.services} - wanted
    for artifact in reversed(artifacts):
        if artifact.name in wanted:
            wanted |= set(artifact.depends_on) - others
    return [artifact for artifact in artifacts if artifact.name in wanted]
