"""What a deploy would do, without doing it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from dockyard.build.inputs import Inputs, changes, read_inputs
from dockyard.build.mirrored import Mirrored
from dockyard.build.plan import Planned, State, side_by_side
from dockyard.build.plan import plan as plan_images
from dockyard.build.secrets import missing
from dockyard.deploy.diff.resources import ResourceChange
from dockyard.deploy.images import cautions, lacking, needed
from dockyard.deploy.orphans import orphans
from dockyard.deploy.planned_stack import PlannedStack, StackAction, StackPlanner
from dockyard.deploy.secrets import check_secrets
from dockyard.deploy.site import Site
from dockyard.deploy.stacks import wanted_stacks
from dockyard.deploy.synthesis import synthesized
from dockyard.progress import Progress


class Action(StrEnum):
    """What is to be done about an image."""

    NONE = "nothing"
    BUILD = "build and push"
    PUSH = "push"
    COPY = "copy"


@dataclass(frozen=True)
class PlannedImage:
    """One image of the plan."""

    service: str
    """The service, or the sidecar as `service.sidecar`."""
    repository: str
    tag: str
    action: Action
    because: tuple[str, ...] = ()
    """What differs from the last deploy of this folder, a line each; empty where that is not known."""
    cautions: tuple[str, ...] = ()
    """What its user should know, as that it stays rolled back."""


@dataclass(frozen=True)
class Plan:
    """All that a deploy would do."""

    images: tuple[PlannedImage, ...]
    stacks: tuple[PlannedStack, ...]
    orphans: tuple[str, ...]
    """Stacks of services that the project no longer has. A deploy leaves them, unless it is to prune."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        images = all(one.action is Action.NONE for one in self.images)
        return images and all(one.action is StackAction.NONE for one in self.stacks)

    @property
    def lost(self) -> list[tuple[str, ResourceChange]]:
        """Stack and resource of all that runs, or holds something, and is replaced or goes."""
        return [(stack.stack, one) for stack in self.stacks for one in stack.resources if one.is_lost]


_ACTIONS = {State.PUSHED: Action.NONE, State.BUILT: Action.PUSH, State.MISSING: Action.BUILD}


def plan(site: Site, progress: Progress, services: Collection[str] = (), *, prune: bool = False) -> Plan:
    """Plan a deploy of these services and what they need, or of all. Nothing is built, and no engine is needed.

    :param prune: stacks of services that the project no longer has go.
    """
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
    artifacts = wanted_stacks(site, synthesized(site, progress, validate=False, folder=site.looked_at), services)
    planner, left = StackPlanner(site), tuple(orphans(site))
    return Plan(
        images=tuple(_image(entry, deployed.get(entry.image.service), told[entry.image.service]) for entry in planned),
        stacks=(*side_by_side(planner.stack, artifacts), *side_by_side(planner.gone, left if prune else ())),
        orphans=left,
    )


def _image(entry: Planned, deployed: Inputs | None, told: tuple[str, ...]) -> PlannedImage:
    image = entry.image
    because = tuple(changes(deployed, Inputs.of(image))) if deployed else ()
    action = Action.COPY if entry.state is not State.PUSHED and isinstance(image, Mirrored) else _ACTIONS[entry.state]
    return PlannedImage(image.service, image.repository, image.tag, action, because, told)
