"""The `network` part of dockyard.yaml."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, number, words


def _cidr(smallest: int) -> AfterValidator:
    """A range of /16 to `smallest`, as address and length of the prefix."""

    def check(value: str) -> str:
        try:
            network = ipaddress.IPv4Network(value)
        except ValueError as error:
            raise ValueError(f'should be an IPv4 range such as 10.0.0.0/16, got "{value}" ({error})') from None
        if not 16 <= network.prefixlen <= smallest:
            raise ValueError(f'should be a range of /16 to /{smallest}, got "{value}"')
        if (
            network.is_loopback
            or network.is_link_local
            or network.is_multicast
            or network.is_reserved
            or network[0] in _THIS_NETWORK
        ):
            raise ValueError(f'should be a range of addresses for private networks such as 10.0.0.0/16, got "{value}"')
        return str(network)

    return AfterValidator(check)


def _different(subnets: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [subnet for subnet in subnets if subnets.count(subnet) > 1]:
        raise ValueError(f"should be different subnets, got {twice[0]} more than once")
    return subnets


_OF_OUR_OWN = ("cidr", "availability_zones", "nat", "endpoints", "flow_logs", "ipv6")
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")

SubnetId = Annotated[str, words("a subnet id such as subnet-0a1b2c3d", r"subnet-[0-9a-f]{8,17}")]


class ExistingVpc(Model):
    """A VPC that is already there."""

    id: Annotated[str, words("a VPC id such as vpc-0a1b2c3d", r"vpc-[0-9a-f]{8,17}")]
    """Id of the VPC."""
    cidr: Annotated[str, _cidr(28)]
    """Its IPv4 range."""
    public_subnets: Annotated[tuple[SubnetId, ...], AfterValidator(_different)] = Field(min_length=2)
    """Two or more subnets for the load balancer, each in another availability zone."""
    task_subnets: Annotated[tuple[SubnetId, ...], AfterValidator(_different)] = ()
    """Subnets for the containers, as many as public ones or a multiple: one of each zone, in the order of the public ones, then
    another of each. Load balancers inside of the network have the first of each. Default: the public subnets, with public
    addresses."""
    ipv6: bool = False
    """Whether these subnets have IPv6 ranges as well, with routes for them."""

    @model_validator(mode="after")
    def _as_many_in_each_zone(self) -> "ExistingVpc":
        public, tasks = len(self.public_subnets), len(self.task_subnets)
        if tasks % public:
            raise ValueError(f"task_subnets should be {public}, as public_subnets are, or a multiple of that, got {tasks}")
        return self


class Network(Model):
    """Where the load balancer and the containers live."""

    cidr: Annotated[str, _cidr(24)] = "10.0.0.0/16"
    """IPv4 range of the VPC that is made, /16 to /24: a subnet is an eighth of it, and a load balancer needs one of /27."""
    availability_zones: Annotated[int, number(2, 4)] = 2
    """In how many availability zones. A load balancer needs two."""
    nat: Literal["none", "single", "per-az"] = "single"
    """How containers reach the internet: `single` NAT gateway for all zones, one `per-az`, or `none`, where containers
    get public addresses of their own (the security group still lets nothing in but the load balancer)."""
    endpoints: Literal["gateway", "interface"] = "gateway"
    """How containers reach AWS: S3 and DynamoDB by a `gateway`, which costs nothing; with `interface` also ECR, CloudWatch Logs,
    Secrets Manager, Parameter Store, ECS, ECS Exec and SQS stay in the network, at a price by the hour, zone and service. With
    `nat: none` containers then are in subnets without a way to the internet."""
    flow_logs: Literal["off", "rejected", "all"] = "off"
    """Which connections of the network are logged to CloudWatch, for a month."""
    ipv6: bool = False
    """Whether it has IPv6 as well (dual stack), by a range of Amazon's: for clients of the load balancer, and for containers with
    addresses of their own. Into subnets that are not public nobody comes by it."""
    vpc: ExistingVpc | None = None
    """Use this VPC and make none."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Network":
        if self.vpc and (given := [key for key in _OF_OUR_OWN if key in self.model_fields_set]):
            raise ValueError(
                f"vpc is given, so {', '.join(given)} {'has' if len(given) == 1 else 'have'} no use: "
                f"remove {'it' if len(given) == 1 else 'them'} (or set to null), or vpc"
            )
        return self

    @property
    def has_ipv6(self) -> bool:
        """Whether subnets have IPv6 ranges."""
        return self.vpc.ipv6 if self.vpc else self.ipv6

    @property
    def public_tasks(self) -> bool:
        """Whether containers are in public subnets, with addresses of their own."""
        return not self.vpc.task_subnets if self.vpc else self.nat == "none" and self.endpoints == "gateway"

    @property
    def isolated(self) -> bool:
        """Whether containers are in subnets without a way to the internet; of a VPC that is there it is not known."""
        return self.vpc is None and self.nat == "none" and not self.public_tasks
