"""Replacements that a change set would make and that requests would notice."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient

_TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def interrupting(client: "CloudFormationClient", stack: str, change_set: str) -> list[str]:
    """Target groups that the change set replaces, by logical id.

    CloudFormation turns the rule to the new group before the service's new tasks are in it: until they are healthy, every
    request gets 503.
    """
    pages = client.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=change_set)
    changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return [
        change["LogicalResourceId"]
        for change in changes
        if change["ResourceType"] == _TARGETS and change.get("Replacement") in ("True", "Conditional")
    ]
