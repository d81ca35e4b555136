"""The end of services or of a whole environment: their stacks are deleted, those that need others first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.graph import Node, run_graph
from dockyard.deploy.operations import awaited, begun, events_of, follow, stack_of, telling
from dockyard.deploy.orphans import RESOURCES, without
from dockyard.deploy.site import Site, in_deploy_role
from dockyard.deploy.states import DELETE_BY_HAND, by_hand, failed
from dockyard.errors import DeployError, UsageError
from dockyard.operate.care import repositories
from dockyard.progress import Progress

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient

Check = Callable[[], None]
"""Raises where the environment's lock is not held any more."""

_CANCELLED = ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


@dataclass(frozen=True)
class Doomed:
    """What is to go."""

    stacks: tuple[tuple[str, ...], ...]
    """Names in the order of their end; those of one group go side by side."""
    repositories: tuple[str, ...] = ()
    """Those of the registry, with all images; empty where it stays."""

    @property
    def names(self) -> list[str]:
        """All stacks."""
        return [name for group in self.stacks for name in group]

    @property
    def everything(self) -> list[str]:
        """All stacks and repositories."""
        return [*self.names, *self.repositories]


def doomed(site: Site, services: Sequence[str], *, registry: bool) -> Doomed:
    """The stacks of these services, or of the environment, whatever the project says of it by now.

    `resources` names the stack of the shared ones, where dockyard.yaml has none any more. Raises UsageError for a service
    that has no stack, where another environment needs the registry, and where a load balancer of it is protected.
    """
    application = {"dockyard:application": site.project.name}
    own = {**application, "dockyard:environment": site.environment.name}
    found = _stacks(site)
    here = {name: tags for name, tags in found.items() if own.items() <= tags.items()}
    by_service = {service: name for name, tags in here.items() if (service := _service(tags))}
    shared_stack = site.service_stack(RESOURCES)
    left = {RESOURCES: shared_stack} if shared_stack in here and without(site) else {}
    single = by_service | left
    if unknown := [name for name in services if name not in single]:
        raise UsageError(f"no stack of service {', '.join(unknown)}; there is {', '.join(sorted(single)) or 'none'}")
    if services:
        groups = [tuple(one[name] for name in services if name in one) for one in (by_service, left)]
        for name in groups[0]:
            _refuse_protected(site, name)
        return Doomed(tuple(filter(None, groups)))
    shared = [name for name, tags in here.items() if not _service(tags)]  # what services share is in the platform's network
    platforms = [name for name in shared if name == site.service_stack("platform")]
    for name in platforms:
        _refuse_protected(site, name)
    groups = [tuple(sorted(by_service.values())), tuple(name for name in shared if name not in platforms), tuple(platforms)]
    if not registry:
        return Doomed(tuple(filter(None, groups)))
    others = [name for name, tags in found.items() if application.items() <= tags.items() and _of_another(tags, own)]
    if others:
        raise UsageError(
            f"the registry is needed by {', '.join(sorted(others))}", hint="destroy those first, or leave --registry"
        )
    if site.registry_stack in found:
        groups.append((site.registry_stack,))
    return Doomed(tuple(filter(None, groups)), tuple(repositories(site, [])))


def check_agreed(agreed: Doomed, going: Doomed) -> None:
    """Raise DeployError where more is to go by now than was asked for: others may have deployed meanwhile."""
    if more := sorted({*going.everything} - {*agreed.everything}):
        raise DeployError(f"nothing was deleted: {', '.join(more)} came after the answer", hint="run the same command again")


def destroy(site: Site, going: Doomed, progress: Progress, check: Check) -> None:
    """Delete them, and wait for the end. Raises DeployError with the reasons where something stays.

    Repositories are deleted with the own credentials: no role that deploys may do so.
    """
    client = in_deploy_role(site.aws, site.project.root).cloudformation
    nodes: dict[str, Node] = {}
    before: frozenset[str] = frozenset()
    for group in going.stacks:
        nodes |= {name: Node(partial(_delete, client, name, progress, check), before) for name in group}
        before |= frozenset(group)
    if site.registry_stack in before:
        check()
        client.update_termination_protection(StackName=site.registry_stack, EnableTerminationProtection=False)
    run_graph(nodes)
    for name in going.repositories:
        check()
        site.aws.ecr.delete_repository(repositoryName=name, force=True)
        progress.done(name, "deleted with its images")


def _stacks(site: Site) -> dict[str, dict[str, str]]:
    """Stacks of the account and region with their tags."""
    pages = site.reading.cloudformation.get_paginator("describe_stacks").paginate()
    return {
        stack["StackName"]: {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
        for page in pages
        for stack in page["Stacks"]
        if stack["StackStatus"] != "DELETE_COMPLETE"
    }


def _refuse_protected(site: Site, stack: str) -> None:
    """Else all services, or all else of the service, would be gone before AWS says so."""
    elbv2 = site.reading.elbv2
    pages = site.reading.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for one in (resource for page in pages for resource in page["StackResourceSummaries"]):
        if one["ResourceType"] != _BALANCER or one["ResourceStatus"] == "DELETE_COMPLETE" or not one.get("PhysicalResourceId"):
            continue
        try:
            told = elbv2.describe_load_balancer_attributes(LoadBalancerArn=one["PhysicalResourceId"])["Attributes"]
        except elbv2.exceptions.LoadBalancerNotFoundException:
            continue
        if {"Key": "deletion_protection.enabled", "Value": "true"} in told:
            raise UsageError(
                f"nothing was deleted: the load balancer of {stack} is protected (deletion_protection)",
                hint="take load_balancer.deletion_protection out of dockyard.yaml, run dockyard deploy, then this again",
            )


def _service(tags: dict[str, str]) -> str | None:
    return tags.get("dockyard:service")


def _of_another(tags: dict[str, str], own: dict[str, str]) -> bool:
    return tags.get("dockyard:environment", own["dockyard:environment"]) != own["dockyard:environment"]


def _delete(client: "CloudFormationClient", name: str, progress: Progress, check: Check) -> None:
    """Also where its creation is under way, which that cancels; anything else that is under way is awaited."""
    stack, watch = stack_of(client, name), telling(progress, name)
    if stack and stack["StackStatus"] not in _CANCELLED:
        stack = awaited(client, name, watch)
    if not stack:
        return
    try:
        check()
        before = events_of(client, stack["StackId"])
        client.delete_stack(StackName=name)
        status, reasons = follow(client, stack["StackId"], begun(stack), watch, before)
    except (ClientError, BotoCoreError) as error:
        raise DeployError(f"{name}: {error}") from error
    if status != "DELETE_COMPLETE":
        left = by_hand(name, DELETE_BY_HAND, list(failed(client, name)))
        detail = "".join(f"\n  {reason}" for reason in reasons)
        raise DeployError(
            f"{name} was not deleted ({status}){detail}",
            hint=f"run the same command again, or leave that to itself: {left}",
        )
    progress.done(name, "deleted")
