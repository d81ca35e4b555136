"""What a service runs on. Each way knows how its task definition and its service differ from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import Construct


class Capacity(Protocol):
    """A way to run containers: Fargate, or servers of one's own."""

    @property
    def host_port(self) -> int | None:
        """Port on the host that a container's port is published on; None for the same port, 0 for one that the agent picks."""

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition of that size, in CPU units (1024 make one vCPU) and MiB."""

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """What the container itself is given; empty where it has the whole task."""

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service; `settings` are those that services on all capacities have in common."""

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """Parameters of ECS RunTask that say where a task runs, as its API names them."""


@dataclass(frozen=True)
class FargateCapacity:
    """AWS finds the server: give CPU and memory only.

    `subnets` default to the VPC's private subnets. `assign_public_ip` is for public subnets without a NAT gateway: the
    task then reaches ECR by an address of its own, and its security group still lets in nothing but the load balancer.
    `cpu_architecture` defaults to x86-64; the image must be for it.
    """

    subnets: ec2.SubnetSelection | None = None
    assign_public_ip: bool = False
    security_groups: Sequence[ec2.ISecurityGroup] | None = None
    cpu_architecture: ecs.CpuArchitecture | None = None

    host_port: ClassVar[int | None] = None

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition in `awsvpc` mode: each task has an address and a security group of its own."""
        return ecs.FargateTaskDefinition(
            scope,
            id,
            cpu=cpu,
            memory_limit_mib=memory_limit_mib,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=self.cpu_architecture or ecs.CpuArchitecture.X86_64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """Nothing: the only container has the whole task."""
        return {}

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service on the cluster's FARGATE capacity provider.

        Not by launch type: a service cannot go from that to a capacity provider without being replaced.
        """
        return ecs.FargateService(
            scope,
            id,
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1)],
            vpc_subnets=self.subnets,
            assign_public_ip=self.assign_public_ip,
            security_groups=self.security_groups,
            platform_version=ecs.FargatePlatformVersion.LATEST,
            **settings,
        )

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """The cluster's FARGATE capacity provider, and an address in the subnets."""
        chosen = self.subnets or ec2.SubnetSelection()
        subnets = vpc.select_subnets(
            availability_zones=chosen.availability_zones,
            one_per_az=chosen.one_per_az,
            subnet_filters=chosen.subnet_filters,
            subnet_group_name=chosen.subnet_group_name,
            subnets=chosen.subnets,
            subnet_type=chosen.subnet_type,
        )
        return {
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": subnets.subnet_ids,
                    "securityGroups": [group.security_group_id for group in self.security_groups or security_groups],
                    "assignPublicIp": "ENABLED" if self.assign_public_ip else "DISABLED",
                }
            },
        }


@dataclass(frozen=True)
class Ec2Capacity:
    """Servers of the Auto Scaling group behind `capacity_provider`, each shared by many tasks.

    Tasks use the `bridge` network with a port that the agent picks, so that their number on a server is limited by its
    CPU and memory and not by its network interfaces. The first task on an empty group waits in PROVISIONING until its
    server is there, which the circuit breaker does not count as a failure; it would with a launch type.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
    """

    capacity_provider: str

    host_port: ClassVar[int | None] = 0

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition in `bridge` mode; the size is that of its container."""
        return ecs.Ec2TaskDefinition(scope, id, network_mode=ecs.NetworkMode.BRIDGE)

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """CPU shares and the hard limit of memory."""
        return {"cpu": cpu, "memory_limit_mib": memory_limit_mib}

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service that spreads over availability zones, then fills servers."""
        return ecs.Ec2Service(
            scope,
            id,
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider=self.capacity_provider, weight=1)],
            placement_strategies=[
                ecs.PlacementStrategy.spread_across(ecs.BuiltInAttributes.AVAILABILITY_ZONE),
                ecs.PlacementStrategy.packed_by_memory(),
            ],
            **settings,
        )

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """The servers' capacity provider; the network is the server's."""
        return {
            "capacityProviderStrategy": [{"capacityProvider": self.capacity_provider, "weight": 1}],
            "placementStrategy": [{"type": "binpack", "field": "memory"}],
        }
