"""The ways in which an environment comes to what the project says: ahead of the synth, from a folder, synthesized first.

Images are built meanwhile in each of them, and stacks that need them wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dockyard.build.plan import Planned
from dockyard.deploy.ahead import deploy_ahead, written_otherwise
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.assembly_folder import Note, check_images, read_folder, read_note
from dockyard.deploy.building import Building
from dockyard.deploy.intent import Intent
from dockyard.deploy.receipt import infrastructures
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.stacks import Stacks, check_bootstrap, deploy_stacks, deploy_stacks_via_cdk, wanted_stacks
from dockyard.deploy.states import Safety
from dockyard.deploy.synthesis import may_validate, synthesized
from dockyard.progress import Progress


@dataclass(frozen=True)
class Work:
    """What is to be done, and by whom."""

    site: Site
    services: Sequence[str]
    """These alone; all where none are named."""
    via_cdk: bool
    """Leave the stacks to the CDK CLI."""
    intent: Intent
    building: Building
    deployer: StackDeployer
    safety: Safety
    progress: Progress

    def has_been_checked(self, infrastructure: str) -> bool:
        """Whether the templates that this infrastructure gives have been looked at by aws-cdk-lib's validator."""
        return infrastructure in infrastructures(self.site.receipt_file)


@dataclass(frozen=True)
class Done:
    """What was deployed."""

    infrastructure: str
    """Fingerprint of what made the stacks; empty where it is not known."""
    checked: bool
    """Whether aws-cdk-lib's validator has looked at what it gives."""
    images: list[Planned]
    stacks: Stacks


def ahead_of_the_synth(work: Work, likely: list[StackArtifact]) -> Done:
    """The stacks as they will most likely be; the synth, which holds, runs while their tasks start."""
    infrastructure = work.intent.infrastructure
    images, stacks = deploy_ahead(
        work.site, likely, work.services, work.building.brought, work.intent, work.progress, work.deployer
    )
    return Done(infrastructure, work.has_been_checked(infrastructure), images, stacks)


def from_a_folder(work: Work, folder: Path) -> Done:
    """The stacks that were synthesized there before, of these very files."""
    with work.building.faults_first():
        everything, infrastructure = read_folder(work.site, folder, work.intent.of(work.services))
        if infrastructure not in ("", work.intent.infrastructure):
            told = "its stacks were made from other settings than are here, and are deployed as they are"
            work.progress.note("assembly", told)
        artifacts = _meant(work, everything)
    return Done(infrastructure, work.has_been_checked(infrastructure), *_deployed(work, artifacts, folder))


def synthesized_first(work: Work) -> Done:
    """The stacks as app.py writes them now."""
    site, infrastructure = work.site, work.intent.infrastructure
    known = work.has_been_checked(infrastructure)
    with work.building.faults_first():
        ahead = not written_otherwise(read_note(site.assembly), infrastructure)
        everything = synthesized(site, work.progress, validate=not known)
        check_images(everything, work.intent.of(work.services))
        Note.of(infrastructure, work.intent.images, ahead=ahead).write(site.assembly)
        artifacts = _meant(work, everything)
    return Done(infrastructure, known or may_validate(site), *_deployed(work, artifacts, site.assembly))


def _meant(work: Work, everything: list[StackArtifact]) -> list[StackArtifact]:
    """The stacks that are meant. Raises PrerequisiteError where the account's bootstrap is not what they need."""
    artifacts = wanted_stacks(work.site, everything, work.services)
    check_bootstrap(work.site, artifacts)
    return artifacts


def _deployed(work: Work, artifacts: list[StackArtifact], folder: Path) -> tuple[list[Planned], Stacks]:
    brought = work.building.brought
    if work.via_cdk:
        return deploy_stacks_via_cdk(work.site, folder, artifacts, brought, work.progress, work.deployer, work.safety)
    return deploy_stacks(work.site, artifacts, brought, work.progress, work.deployer)
