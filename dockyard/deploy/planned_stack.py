"""What a deploy would make of one stack: each resource, the rights that it gives, and what it costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.diff.cost import CostChange, cost_change
from dockyard.deploy.diff.resources import ResourceAction, ResourceChange, resource_changes
from dockyard.deploy.diff.security import RightChange, right_changes
from dockyard.deploy.diff.template import Template
from dockyard.deploy.operations import describe
from dockyard.deploy.replacements import BALANCER, TARGETS, WITH_DATA
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.states import cure_of

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

_NOTHING = Template({})


class StackAction(StrEnum):
    """What is to be done about a stack."""

    NONE = "nothing"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class PlannedStack:
    """One stack of the plan."""

    stack: str
    action: StackAction
    because: tuple[str, ...] = ()
    """What of the stack itself changes, and what is to be known of it."""
    resources: tuple[ResourceChange, ...] = ()
    rights: tuple[RightChange, ...] = ()
    cost: CostChange | None = None
    """None where the stack was not looked into, as nothing of it changes."""


class StackPlanner:
    """Plans stacks, in the role that may read."""

    def __init__(self, site: Site) -> None:
        self._site, self._reading = site, site.reading
        self._deployer = StackDeployer(site.aws, site.reading)

    def stack(self, artifact: StackArtifact) -> PlannedStack:
        """What would be made of it."""
        after, found = Template.of(artifact.template), self._deployer.is_as_wanted(artifact)
        if found:
            return PlannedStack(artifact.name, StackAction.NONE, cost=cost_change(after, after))
        current = describe(self._reading.cloudformation, artifact.name)
        if found is None or current is None or _goes_first(current):
            state = tuple(_of_state(current)) if current else ()
            return _planned(artifact.name, StackAction.CREATE, state, _NOTHING, after)
        before = self._deployed(artifact.name)
        changes = resource_changes(before, after, self._moved(artifact, current))
        because = (*_of_state(current), *_of_stack(artifact, current), *_refused(changes))
        because = because or (() if changes else ("no resource changes: outputs, order or what the CDK tells of itself",))
        return _planned(artifact.name, StackAction.UPDATE, because, before, after, changes)

    def gone(self, name: str) -> PlannedStack:
        """A stack that is to be deleted."""
        return _planned(name, StackAction.DELETE, ("its service is gone",), self._deployed(name), _NOTHING)

    def _deployed(self, name: str) -> Template:
        answer = self._reading.cloudformation.get_template(StackName=name, TemplateStage="Original")
        return Template.of(answer["TemplateBody"])

    def _moved(self, artifact: StackArtifact, current: "StackTypeDef") -> frozenset[str]:
        """Parameters whose value in SSM is another than the stack's."""
        wanted = artifact.parameter_defaults()
        values = self._reading.parameters(sorted(set(wanted.values())))
        deployed = {one["ParameterKey"]: one.get("ResolvedValue") for one in current.get("Parameters", [])}
        return frozenset(key for key, name in wanted.items() if key in deployed and deployed[key] != values.get(name))


def _planned(
    name: str,
    action: StackAction,
    because: tuple[str, ...],
    before: Template,
    after: Template,
    changes: list[ResourceChange] | None = None,
) -> PlannedStack:
    resources = tuple(resource_changes(before, after) if changes is None else changes)
    return PlannedStack(name, action, because, resources, tuple(right_changes(before, after)), cost_change(before, after))


def _goes_first(current: "StackTypeDef") -> bool:
    cure = cure_of(current["StackStatus"])
    return cure is not None and cure.deletes


def _of_state(current: "StackTypeDef") -> Iterator[str]:
    """Where it takes no change as it is."""
    status = current["StackStatus"]
    if cure := cure_of(status):
        yield f"its state is {cure.told(status)}"
    elif not status.endswith("_COMPLETE"):
        yield f"its state is {status}"


def _of_stack(artifact: StackArtifact, current: "StackTypeDef") -> Iterator[str]:
    """What is no resource."""
    if {tag["Key"]: tag["Value"] for tag in current.get("Tags", [])} != dict(artifact.tags):
        yield "its tags change, and with them those of its resources"
    if bool(current.get("EnableTerminationProtection")) != artifact.termination_protection:
        yield f"termination protection: {'on' if artifact.termination_protection else 'off'}"


def _refused(changes: list[ResourceChange]) -> Iterator[str]:
    """As `deploy.replacements` refuses it."""
    replaced = [one for one in changes if one.action is ResourceAction.REPLACE]
    if emptied := [f"{WITH_DATA[one.type]} {one.name}" for one in replaced if one.type in WITH_DATA]:
        yield f"deploy refuses this without --allow-data-loss: a new {', '.join(emptied)} has not what is in the old one"
    if targets := [one.name for one in replaced if one.type in (TARGETS, BALANCER)]:
        yield f"deploy refuses this without --allow-interruption: requests fail while {', '.join(targets)} is replaced"
