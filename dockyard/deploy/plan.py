"""What a deploy would do, without doing it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from dockyard.build.inputs import Inputs, changes, read_inputs
from dockyard.build.mirrored import Mirrored
from dockyard.build.plan import Planned, State, side_by_side
from dockyard.build.plan import plan as plan_images
from dockyard.build.secrets import missing
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.images import cautions, lacking, needed
from dockyard.deploy.orphans import orphans
from dockyard.deploy.run import synthesized, wanted_stacks
from dockyard.deploy.secrets import check_secrets
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.progress import Progress


class Action(StrEnum):
    """What is to be done about an image or a stack."""

    NONE = "nothing"
    BUILD = "build and push"
    PUSH = "push"
    COPY = "copy"
    CREATE = "create"
    UPDATE = "update"


@dataclass(frozen=True)
class PlannedImage:
    """One image of the plan."""

    service: str
    repository: str
    tag: str
    action: Action
    because: tuple[str, ...] = ()
    """What differs from the last deploy of this folder, a line each; empty where that is not known."""
    cautions: tuple[str, ...] = ()
    """What its user should know, as that it stays rolled back."""


@dataclass(frozen=True)
class PlannedStack:
    """One stack of the plan."""

    stack: str
    action: Action


@dataclass(frozen=True)
class Plan:
    """All that a deploy would do."""

    images: tuple[PlannedImage, ...]
    stacks: tuple[PlannedStack, ...]
    orphans: tuple[str, ...]
    """Stacks of services that the project no longer has; a deploy leaves them."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return {Action.NONE} >= {one.action for one in self.images} | {one.action for one in self.stacks}


_ACTIONS = {State.PUSHED: Action.NONE, State.BUILT: Action.PUSH, State.MISSING: Action.BUILD}


def plan(site: Site, progress: Progress, services: Collection[str] = ()) -> Plan:
    """Plan a deploy of these services and what they need, or of all. Nothing is built, and no engine is needed."""
    made = needed(site.project, site.environment, site.workshop.bases, services)
    told = {image.service: cautions(site.project, site.environment, image) for image in made}
    for name, texts in told.items():
        for text in texts:
            progress.note(name, text)
    for service, text in site.environment.cautions:
        progress.note(service, text)
    for recipe in lacking(site, made):
        for fault in missing(recipe, site.workshop.environment):
            progress.note(recipe.service, fault)
    check_secrets(site, services)
    docker = site.workshop.docker
    has_engine = docker.answers()
    planned = plan_images(made, site.reading, lambda name: has_engine and docker.image_id(name) is not None)
    deployed = read_inputs(site.inputs_file)
    artifacts = wanted_stacks(site, synthesized(site, progress, validate=False), services)
    deployer = StackDeployer(site.aws, site.reading)

    def stack(artifact: StackArtifact) -> PlannedStack:
        found = deployer.is_as_wanted(artifact)
        return PlannedStack(artifact.name, Action.CREATE if found is None else Action.NONE if found else Action.UPDATE)

    return Plan(
        images=tuple(_image(entry, deployed.get(entry.image.service), told[entry.image.service]) for entry in planned),
        stacks=tuple(side_by_side(stack, artifacts)),
        orphans=tuple(orphans(site)),
    )


def _image(entry: Planned, deployed: Inputs | None, told: tuple[str, ...]) -> PlannedImage:
    image = entry.image
    because = tuple(changes(deployed, Inputs.of(image))) if deployed else ()
    action = Action.COPY if entry.state is not State.PUSHED and isinstance(image, Mirrored) else _ACTIONS[entry.state]
    return PlannedImage(image.service, image.repository, image.tag, action, because, told)
