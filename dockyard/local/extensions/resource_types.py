"""CloudFormation resource types that ministack does not know, and attributes that it does not give.

Without a handler the whole stack is refused. Capacity providers are made for real in ECS, those of Managed Instances too.
What is stored and nothing more is in `stored_types`.
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import ecs, ssm
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.task_definitions import camel

_AMI = "ami-0c2023a1b2c3d4e5f"
_AMI_PARAMETERS = (
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
)

_IPV6 = "2001:db8:1234:1a00::/56"
"""What every VPC would get. https://www.rfc-editor.org/rfc/rfc3849"""

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]


def install(_: Instance) -> None:
    """Register the types."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ECS::CapacityProvider"] = {
        "create": _create_capacity_provider,
        "update": _update_capacity_provider,
        "delete": lambda id, _: ecs._delete_capacity_provider({"capacityProvider": id}),
    }
    handlers["AWS::ECS::ClusterCapacityProviderAssociations"] = {
        "create": _associate,
        "update": lambda id, _, new, stack: _associate(id, new, stack),
        "delete": lambda id, _: ecs._put_cluster_capacity_providers({"cluster": id}),
    }
    vpc = handlers["AWS::EC2::VPC"]
    create, update = vpc["create"], vpc["update"]

    def create_vpc(logical_id: str, props: Properties, stack: str) -> Made:
        return _with_cidr_block(props, *create(logical_id, props, stack))

    def update_vpc(id: str, old: Properties, props: Properties, stack: str, logical_id: str | None = None) -> Made:
        return _with_cidr_block(props, *update(id, old, props, stack, logical_id))

    vpc.update(create=create_vpc, update=update_vpc)
    for name in _AMI_PARAMETERS:
        ssm._PUBLIC_AMI_PARAMETERS[name] = _AMI


def _create_capacity_provider(logical_id: str, props: Properties, stack: str) -> Made:
    name = props.get("Name") or f"{stack}-{logical_id}-{new_uuid()[:8]}"
    status, _, body = ecs._create_capacity_provider({"name": name, "tags": camel(props.get("Tags") or [])})
    if status >= 400:
        raise ValueError(body.decode())
    return _update_capacity_provider(name, {}, props, stack)


def _update_capacity_provider(id: str, _: Properties, new: Properties, __: str) -> Made:
    """One provides servers by an Auto Scaling group, or by Managed Instances, and has only this one of the two."""
    provider = ecs._capacity_providers[id]
    if "ManagedInstancesProvider" in new:
        provider.pop("autoScalingGroupProvider", None)
        provider.update(managedInstancesProvider=camel(new["ManagedInstancesProvider"]), cluster=new.get("ClusterName"))
    else:
        ecs._update_capacity_provider({"name": id, "autoScalingGroupProvider": camel(new.get("AutoScalingGroupProvider") or {})})
    return id, {"Arn": provider["capacityProviderArn"]}


def _associate(_: str, props: Properties, __: str) -> Made:
    ecs._put_cluster_capacity_providers(
        {
            "cluster": props["Cluster"],
            "capacityProviders": props["CapacityProviders"],
            "defaultCapacityProviderStrategy": provisioners._pascal_to_camel(props.get("DefaultCapacityProviderStrategy") or []),
        }
    )
    return props["Cluster"], {}


def _with_cidr_block(props: Properties, id: str, attributes: Mapping[str, Any]) -> Made:
    """`Fn::GetAtt` of a VPC's `CidrBlock`, which security groups name as the inside of the network."""
    return id, {"CidrBlock": props.get("CidrBlock"), "CidrBlockAssociations": [], "Ipv6CidrBlocks": [_IPV6], **attributes}
