"""A resource whose name another one has, in this stack or in any other, fails: it takes nothing over, and deletes nothing.

What names a resource is its type's primary identifier in CloudFormation's registry, where that is for a template to give.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-resource-name.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import stacks

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.resource_properties import schema_of

_NAMED = {
    "AWS::ECS::Service": ("ServiceName", "Cluster"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Name",),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Name",),
    "AWS::Events::Rule": ("Name", "EventBusName"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SQS::Queue": ("QueueName",),
    "AWS::SecretsManager::Secret": ("Name",),
}
"""Types that AWS knows by an identifier of its own, though their names are unique."""


def install(_: Instance) -> None:
    """Look before a resource is made, or gets another name."""
    provision, update = stacks._provision_resource, stacks._update_resource

    def provision_unless_taken(type_name: str, logical_id: str, props: dict[str, Any], stack: str, *args: Any) -> Any:
        _refuse_taken(type_name, logical_id, props, stack)
        return provision(type_name, logical_id, props, stack, *args)

    def update_unless_taken(
        type_name: str, physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: Any = None, *args: Any
    ) -> Any:
        if _name(type_name, old) != _name(type_name, new):
            _refuse_taken(type_name, logical_id, new, stack)
        return update(type_name, physical_id, old, new, stack, logical_id, *args)

    stacks._provision_resource, stacks._update_resource = provision_unless_taken, update_unless_taken


def _refuse_taken(type_name: str, logical_id: str, props: Mapping[str, Any], stack: str) -> None:
    name = _name(type_name, props)
    for other in list(cloudformation._stacks.values()) if name else ():
        for key, resource in list(other.get("_resources", {}).items()):
            itself = other["StackName"] == stack and key == logical_id
            if not itself and resource["ResourceType"] == type_name and _name(type_name, resource["Properties"]) == name:
                raise ValueError(f"{name[0]} already exists in stack {other['StackId']}")


def _name(type_name: str, props: Mapping[str, Any]) -> tuple[str, ...]:
    """What only one resource of its type can have; empty where the template does not give it."""
    keys = _NAMED.get(type_name) or _identifier(type_name)
    return tuple(_short(props.get(key)) for key in keys) if keys and props.get(keys[0]) else ()


def _identifier(type_name: str) -> list[str]:
    schema = schema_of(type_name) or {}
    keys = schema.get("primaryIdentifier", [])
    given = not set(keys) & set(schema.get("readOnlyProperties", []))
    return [key.removeprefix("/properties/") for key in keys] if given else []


def _short(value: Any) -> str:
    """A cluster may be given by name or by ARN."""
    text = str(value or "")
    return text.rpartition("/")[2] if text.startswith("arn:aws:ecs:") else text
