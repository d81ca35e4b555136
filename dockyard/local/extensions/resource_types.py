"""CloudFormation resource types that ministack does not know, and attributes that it does not give.

Without a handler the whole stack is refused. Capacity providers are made for real in ECS. Addresses, NAT gateways and
security group rules are stored and nothing more: no packet is ever filtered here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import ecs, ssm
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

STORED_ONLY = {
    "AWS::EC2::EIP": lambda id: {"AllocationId": id, "PublicIp": "203.0.113.7"},
    "AWS::EC2::NatGateway": lambda id: {"NatGatewayId": id},
    "AWS::EC2::SecurityGroupIngress": lambda id: {"Id": id},
    "AWS::EC2::SecurityGroupEgress": lambda id: {"Id": id},
}
"""Types that are stored and do nothing; `dockyard local status` names them."""

_AMI = "ami-0c2023a1b2c3d4e5f"
_AMI_PARAMETERS = (
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
)

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]


def install(_: Instance) -> None:
    """Register the types."""
    handlers = provisioners._RESOURCE_HANDLERS
    for type_name, attributes in STORED_ONLY.items():
        handlers[type_name] = _stored(type_name, attributes)
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
    vpc["create"] = _with_cidr_block(vpc["create"])
    for name in _AMI_PARAMETERS:
        ssm._PUBLIC_AMI_PARAMETERS[name] = _AMI


def _stored(type_name: str, attributes: Callable[[str], Mapping[str, str]]) -> dict[str, Callable[..., Any]]:
    prefix = type_name.rsplit("::", 1)[-1].lower()

    def create(_: str, __: Properties, ___: str) -> Made:
        id = f"{prefix}-{new_uuid().replace('-', '')[:17]}"
        return id, attributes(id)

    return {"create": create, "update": lambda id, *_: (id, attributes(id)), "delete": lambda *_: None}


def _create_capacity_provider(logical_id: str, props: Properties, stack: str) -> Made:
    name = props.get("Name") or f"{stack}-{logical_id}-{new_uuid()[:8]}"
    group = provisioners._pascal_to_camel(props.get("AutoScalingGroupProvider") or {})
    status, _, body = ecs._create_capacity_provider({"name": name, "autoScalingGroupProvider": group})
    if status >= 400:
        raise ValueError(body.decode())
    return name, {}


def _update_capacity_provider(id: str, _: Properties, new: Properties, __: str) -> Made:
    group = provisioners._pascal_to_camel(new.get("AutoScalingGroupProvider") or {})
    ecs._update_capacity_provider({"name": id, "autoScalingGroupProvider": group})
    return id, {}


def _associate(_: str, props: Properties, __: str) -> Made:
    ecs._put_cluster_capacity_providers(
        {
            "cluster": props["Cluster"],
            "capacityProviders": props["CapacityProviders"],
            "defaultCapacityProviderStrategy": provisioners._pascal_to_camel(props.get("DefaultCapacityProviderStrategy") or []),
        }
    )
    return props["Cluster"], {}


def _with_cidr_block(create: Callable[..., Made]) -> Callable[..., Made]:
    """`Fn::GetAtt` of a VPC's `CidrBlock`, which security groups name as the inside of the network."""

    def create_vpc(logical_id: str, props: Properties, stack: str) -> Made:
        id, attributes = create(logical_id, props, stack)
        return id, {"CidrBlock": props.get("CidrBlock"), "CidrBlockAssociations": [], "Ipv6CidrBlocks": [], **attributes}

    return create_vpc
