"""The `network` part of dockyard.yaml."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, number, words


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f'should be an IPv4 range such as 10.0.0.0/16, got "{value}" ({error})') from None
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f'should be a range of /16 to /28, got "{value}"')
    return value


SubnetId = Annotated[str, words("a subnet id such as subnet-0a1b2c3d", r"subnet-[0-9a-f]{8,17}")]


class ExistingVpc(Model):
    """A VPC that is already there."""

    id: Annotated[str, words("a VPC id such as vpc-0a1b2c3d", r"vpc-[0-9a-f]{8,17}")]
    """Id of the VPC."""
    cidr: Annotated[str, AfterValidator(_cidr)]
    """Its IPv4 range."""
    public_subnets: tuple[SubnetId, ...] = Field(min_length=2)
    """Two or more subnets for the load balancer, each in another availability zone."""
    task_subnets: tuple[SubnetId, ...] = ()
    """Subnets for the containers. Default: the public subnets, with public addresses."""


class Network(Model):
    """Where the load balancer and the containers live."""

    cidr: Annotated[str, AfterValidator(_cidr)] = "10.0.0.0/16"
    """IPv4 range of the VPC that is made."""
    availability_zones: Annotated[int, number(2, 4)] = 2
    """In how many availability zones. A load balancer needs two."""
    nat: Literal["none", "single", "per-az"] = "single"
    """How containers reach the internet: `single` NAT gateway for all zones, one `per-az`, or `none`, where containers
    get public addresses of their own (the security group still lets nothing in but the load balancer)."""
    vpc: ExistingVpc | None = None
    """Use this VPC and make none."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Network":
        if self.vpc and self.model_fields_set & {"cidr", "availability_zones", "nat"}:
            raise ValueError("vpc is given, so cidr, availability_zones and nat have no use: remove them, or vpc")
        return self
