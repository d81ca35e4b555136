"""What `dockyard plan --json` prints. Its schema is schemas/plan.schema.json, written by python -m dockyard.cli.plan_document.

Keys are added, and none changes its meaning or goes, as long as `version` is the same.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from dockyard.capacity.cost import prices
from dockyard.capacity.estimate import Estimate
from dockyard.config.schema import DRAFT
from dockyard.deploy.diff.cost import CostChange, Range, together
from dockyard.deploy.diff.resources import Replacement, ResourceAction
from dockyard.deploy.plan import Plan, PlannedImage
from dockyard.deploy.planned_stack import PlannedStack, StackAction
from dockyard.deploy.site import Site

SCHEMA = "plan.schema.json"


class _Told:
    """The docstrings of attributes are in the schema."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True)
class ServiceEntry(_Told):
    """One service."""

    service: str
    kind: str | None
    """Null where it is an orphan."""
    stack: str
    action: StackAction | Literal["orphan"]
    """`orphan`: its folder is gone, and its stack is not; `dockyard deploy --prune` deletes it."""


@dataclass(frozen=True)
class ResourceEntry(_Told):
    """One resource that is not left as it is."""

    id: str
    """Logical id."""
    name: str
    """Its path in the stack."""
    type: str
    action: ResourceAction
    """`retain`: it leaves the stack, and stays."""
    replacement: Replacement
    """Whether another takes its place."""
    revision: bool
    """Whether that is how it is meant to change, as of a task definition."""
    kept: bool
    """Whether it leaves the stack and stays, by its DeletionPolicy: `retain`."""
    because: tuple[str, ...]
    """What of it changes, a line each."""


@dataclass(frozen=True)
class StackEntry(_Told):
    """One stack."""

    stack: str
    action: StackAction
    because: tuple[str, ...]
    """What of the stack itself changes, and what is to be known of it."""
    resources: tuple[ResourceEntry, ...]


@dataclass(frozen=True)
class SecurityEntry(_Told):
    """A right that comes or goes."""

    stack: str
    change: Literal["added", "removed"]
    of: str
    """Whose policy, role or security group it is in."""
    kind: str
    """`role`, `policy`, `managed policy`, `ingress`, `egress` or `permission`."""
    text: str
    """`allow s3:GetObject on …`, `tcp 80 from 0.0.0.0/0`."""
    wide: bool
    """Whether it is for everyone, or for every action, of a service at least, on all resources."""


@dataclass(frozen=True)
class StackCost(_Told):
    """A month of one stack, at least and at most."""

    stack: str
    before: Range
    after: Range


@dataclass(frozen=True)
class Cost(_Told):
    """A month of all stacks, by list prices: tasks on Fargate, and servers."""

    currency: str
    prices_of: str
    """Region of the prices."""
    before: Range
    """At least and at most."""
    after: Range
    stacks: tuple[StackCost, ...]
    """Those where it changes."""
    unpriced: tuple[str, ...]
    """What else is paid for by time, after the deploy, and has no price here. What is paid for by use is never told."""


@dataclass(frozen=True)
class Document(_Told):
    """What a deploy would do."""

    version: Literal[1]
    application: str
    environment: str
    account: str
    region: str
    nothing_to_do: bool
    services: tuple[ServiceEntry, ...]
    images: tuple[PlannedImage, ...]
    stacks: tuple[StackEntry, ...]
    orphans: tuple[str, ...]
    """Stacks of services that the project no longer has."""
    security: tuple[SecurityEntry, ...]
    cost: Cost
    capacity: Estimate
    """What services need, on each instance type of the cluster and on Fargate, deployed or not."""


def document(site: Site, found: Plan, capacity: Estimate) -> Document:
    """The plan, in this form."""
    return Document(
        version=1,
        application=site.project.name,
        environment=site.environment.name,
        account=site.aws.account,
        region=site.aws.region,
        nothing_to_do=found.is_empty,
        services=tuple(_services(site, found)),
        images=found.images,
        stacks=tuple(_stack(one) for one in found.stacks),
        orphans=found.orphans,
        security=tuple(entry for one in found.stacks for entry in _security(one)),
        cost=cost(found.stacks),
        capacity=capacity,
    )


def _services(site: Site, found: Plan) -> Iterable[ServiceEntry]:
    planned = {one.stack: one.action for one in found.stacks}
    for name, service in site.environment.services.items():
        if (stack := site.service_stack(name)) in planned:
            yield ServiceEntry(name, service.kind, stack, planned[stack])
    for stack in found.orphans:
        yield ServiceEntry(
            stack.removeprefix(site.service_stack("")), None, stack, StackAction.DELETE if stack in planned else "orphan"
        )


def _stack(one: PlannedStack) -> StackEntry:
    resources = [
        ResourceEntry(
            change.id, change.name, change.type, change.action, change.replacement, change.is_revision, change.stays,
            change.because,
        )
        for change in one.resources
    ]  # fmt: skip
    return StackEntry(one.stack, one.action, one.because, tuple(resources))


def _security(one: PlannedStack) -> Iterable[SecurityEntry]:
    for change in one.rights:
        right = change.right
        yield SecurityEntry(one.stack, "added" if change.added else "removed", right.of, right.kind, right.text, right.is_wide)


def cost(stacks: Iterable[PlannedStack]) -> Cost:
    """Of all stacks together."""
    costs = {one.stack: one.cost for one in stacks if one.cost}
    return Cost(
        currency=str(prices()["currency"]),
        prices_of=str(prices()["region"]),
        before=together([(one.before, one.on_servers_before) for one in costs.values()]),
        after=together([(one.after, one.on_servers_after) for one in costs.values()]),
        stacks=tuple(StackCost(name, one.before, one.after) for name, one in costs.items() if one.before != one.after),
        unpriced=_unpriced(costs.values()),
    )


def _unpriced(costs: Iterable[CostChange]) -> tuple[str, ...]:
    """`3 x NAT gateway`, of all stacks."""
    counts: Counter[str] = Counter()
    for one in costs:
        counts.update(one.unpriced_after)
    return tuple(f"{count} x {what}" for what, count in sorted(counts.items()))


def schema() -> dict[str, Any]:
    """JSON Schema of what is printed."""
    return {"$schema": DRAFT, **TypeAdapter(Document).json_schema(mode="serialization")}


if __name__ == "__main__":
    text = json.dumps(schema(), indent=2) + "\n"
    Path(sys.argv[1] if len(sys.argv) > 1 else "schemas", SCHEMA).write_text(text, encoding="utf-8")
