"""The platform's network, for databases in other stacks."""

from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from stacks.network import add_no_routes, zones
from stacks.platform import Platform


class DataNetwork:
    """Where databases of a stack are: in the subnets of tasks. Nothing of it is in the template until it is asked for."""

    def __init__(self, stack: cdk.Stack, platform: Platform, *, has_servers: bool) -> None:
        """Say of which stack."""
        self._stack, self._platform, self._has_servers = stack, platform, has_servers

    @property
    def is_used(self) -> bool:
        """Whether something was asked for."""
        return bool({"vpc", "servers"} & vars(self).keys())

    @cached_property
    def vpc(self) -> ec2.IVpc:
        """The VPC with the subnets of tasks."""
        subnets = [self._value(f"task-subnet-{number + 1}") for number in range(self._platform.task_subnet_count)]
        add_no_routes(self._stack)
        return ec2.Vpc.from_vpc_attributes(
            self._stack,
            "DataVpc",
            vpc_id=self._value("vpc-id"),
            availability_zones=zones(len(subnets)),
            private_subnet_ids=subnets,
        )

    @property
    def subnets(self) -> ec2.SubnetSelection:
        """The subnets of tasks, whatever their routes are."""
        return ec2.SubnetSelection(subnets=self.vpc.private_subnets)

    @cached_property
    def servers(self) -> ec2.ISecurityGroup | None:
        """The group of servers, which tasks in `bridge` mode are in; None where there are no servers."""
        if not self._has_servers:
            return None
        group = self._value("instance-security-group")
        return ec2.SecurityGroup.from_security_group_id(self._stack, "DataClients", group, mutable=False)

    def _value(self, name: str) -> str:
        return self._platform.parameter(self._stack, name)
