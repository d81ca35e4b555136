"""Changes that a change set would make, and by which requests or data are lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockyard.deploy.assembly import StackArtifact
from dockyard.doors.aws import Aws
from dockyard.errors import DeployError

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import ResourceChangeTypeDef

TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_ACTIONS = {_RULE: "Actions", _LISTENER: "DefaultActions"}
"""What forwards to target groups, and where it says so."""
WITH_DATA = {
    "AWS::SQS::Queue": "queue",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::S3::Bucket": "bucket",
    "AWS::RDS::DBCluster": "database",
    "AWS::RDS::DBInstance": "database",
    "AWS::EFS::FileSystem": "file system",
}
"""What holds something that a new one of its kind does not."""


def changes(client: "CloudFormationClient", stack: str, change_set: str) -> "list[ResourceChangeTypeDef]":
    """What the change set changes."""
    pages = client.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=change_set)
    return [change["ResourceChange"] for page in pages for change in page["Changes"]]


@dataclass(frozen=True)
class Allowed:
    """What a deploy may do that it does not by itself."""

    interruption: bool = False
    """Changes during which requests to a service fail."""
    data_loss: bool = False
    """Changes by which something that holds data is replaced by an empty one."""


NOTHING_LOST = Allowed()


def refusal(found: "list[ResourceChangeTypeDef]", artifact: StackArtifact, aws: Aws, allowed: Allowed) -> DeployError | None:
    """Why these changes are not to be made, with the way out; None where neither request nor data is lost by them."""
    return (None if allowed.data_loss else _of_data(found, artifact)) or (
        None if allowed.interruption else _of_requests(found, artifact, aws)
    )


def _of_data(found: "list[ResourceChangeTypeDef]", artifact: StackArtifact) -> DeployError | None:
    if not (replaced := emptied(found)):
        return None
    return DeployError(
        f"{artifact.name} was not changed: its {', '.join(replaced)} would be replaced by a new one, without what is in it",
        hint="take that back, or give it another name in the files, so that both are there while its data moves; "
        "or accept it with --allow-data-loss",
    )


def emptied(found: "list[ResourceChangeTypeDef]") -> list[str]:
    """What holds data and is replaced: kind and logical id. The old one goes, or stays where nothing refers to it any more."""
    return [
        f"{WITH_DATA[change['ResourceType']]} {change['LogicalResourceId']}"
        for change in found
        if change["ResourceType"] in WITH_DATA and change.get("Replacement") == "True"
    ]


def _of_requests(found: "list[ResourceChangeTypeDef]", artifact: StackArtifact, aws: Aws) -> DeployError | None:
    stack = artifact.name
    if replaced := interrupting(found):
        return DeployError(
            f"{stack} was not changed: its target group {', '.join(replaced)} would be replaced, as by a change of runs_on or "
            "http.protocol, and requests would fail until the new tasks are healthy",
            hint="take that back, or accept it with --allow-interruption, or give the service another name and route",
        )
    if replaced := [one["LogicalResourceId"] for one in found if one["ResourceType"] == BALANCER and _is_replaced(one)]:
        return DeployError(
            f"{stack} was not changed: its load balancer {', '.join(replaced)} would be replaced, as by a change of "
            "load_balancer.cloudfront or nlb.reach, and clients would get no answer until services and names have followed",
            hint="take that back, or accept it with --allow-interruption",
        )
    if turned := turned_away(found, artifact, aws):
        service, environment = (artifact.tags.get(f"dockyard:{name}", name.upper()) for name in ("service", "environment"))
        return DeployError(
            f"{stack} was not changed: its tasks are in the alternate target group now, and its rule {', '.join(turned)} "
            "would send requests to the other one, where no task is",
            hint=f"run: dockyard restart {service} --env {environment}, by which they come to the other one, and deploy again; "
            "to go back to rolling, set deploy: {alternate_targets: true}; or accept it with --allow-interruption",
        )
    return None


def _is_replaced(change: "ResourceChangeTypeDef") -> bool:
    return change["Action"] == "Modify" and change.get("Replacement") == "True"


def interrupting(found: "list[ResourceChangeTypeDef]") -> list[str]:
    """Target groups that are replaced, by logical id.

    CloudFormation turns the rule to the new group before the service's new tasks are in it: until they are healthy, every
    request gets 503.
    """
    return [
        change["LogicalResourceId"]
        for change in found
        if change["ResourceType"] == TARGETS and change.get("Replacement") in ("True", "Conditional")
    ]


def turned_away(found: "list[ResourceChangeTypeDef]", artifact: StackArtifact, aws: Aws) -> list[str]:
    """Rules, and listeners of network load balancers, by logical id, that would send clients where the service has no tasks now.

    ECS moves a service between two target groups and changes the weights of its rule or listener. Whatever else of that changes,
    CloudFormation writes the weights of the template with it, which are those of the beginning.
    """
    rules = {
        change["LogicalResourceId"]: change["PhysicalResourceId"]
        for change in found
        if change["ResourceType"] in _ACTIONS and change["Action"] == "Modify" and "PhysicalResourceId" in change
    }
    written = {id: one.get(key, []) for kind, key in _ACTIONS.items() for id, one in artifact.resources(kind).items()}
    wanted = {id: _groups(written.get(id, [])) for id in rules}
    if not any(wanted.values()):
        return []
    resources = aws.cloudformation.describe_stack_resources(StackName=artifact.name)["StackResources"]
    arns = {one["LogicalResourceId"]: one.get("PhysicalResourceId") for one in resources}
    return [id for id, arn in rules.items() if wanted[id] and _live(aws, arn) - {arns.get(group) for group in wanted[id]}]


def _groups(actions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Logical ids of the target groups that a template's rule sends requests to; none where it answers them itself."""
    found: set[str] = set()
    for action in (one for one in actions if one["Type"] == "forward"):
        shares = (action.get("ForwardConfig") or {}).get("TargetGroups") or [action]
        found |= {str((one.get("TargetGroupArn") or {}).get("Ref")) for one in shares if one.get("Weight", 1)}
    return found


def _live(aws: Aws, arn: str) -> set[str]:
    """ARNs of those that a rule with several sends requests to; one with a single group is as CloudFormation made it.

    Of a rule that went with its listener nothing is left to turn away.
    """
    try:
        if ":listener/" in arn:
            actions = aws.elbv2.describe_listeners(ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
        else:
            actions = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"][0]["Actions"]
    except (aws.elbv2.exceptions.RuleNotFoundException, aws.elbv2.exceptions.ListenerNotFoundException):
        return set()
    shares = [one for action in actions for one in (action.get("ForwardConfig") or {}).get("TargetGroups", [])]
    return {one["TargetGroupArn"] for one in shares if one.get("Weight", 1)} if len(shares) > 1 else set()
