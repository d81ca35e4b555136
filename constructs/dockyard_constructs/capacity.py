"""What a service runs on. Each way knows how its task definition and its service differ from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, Protocol

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import Construct


class Capacity(Protocol):
    """A way to run containers: Fargate, servers of one's own, or those that AWS manages."""

    @property
    def host_port(self) -> int | None:
        """Port on the host that a container's port is published on; None for the same port, 0 for one that the agent picks."""

    @property
    def has_own_address(self) -> bool:
        """Whether a task has an address and a security group of its own."""

    @property
    def has_gpus(self) -> bool:
        """Whether there may be servers with GPUs."""

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
    `cpu_architecture` defaults to x86-64; the image must be for it. `spot_weight` of the tasks run on Fargate Spot, to
    `weight` on Fargate, where the first `base` run in any case; Spot is cheaper, and its tasks may be stopped after two minutes.
    `ephemeral_storage_gib` is 21 to 200; Fargate's own is 20. `platform_version` is the latest.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
    """

    subnets: ec2.SubnetSelection | None = None
    assign_public_ip: bool = False
    security_groups: Sequence[ec2.ISecurityGroup] | None = None
    cpu_architecture: ecs.CpuArchitecture | None = None
    weight: int = 1
    spot_weight: int = 0
    base: int = 0
    ephemeral_storage_gib: int | None = None
    platform_version: ecs.FargatePlatformVersion = ecs.FargatePlatformVersion.LATEST

    host_port: ClassVar[int | None] = None
    has_own_address: ClassVar[bool] = True
    has_gpus: ClassVar[bool] = False

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition in `awsvpc` mode: each task has an address and a security group of its own.

        Raises ValueError for a storage that Fargate does not offer, and where no task could run anywhere.
        """
        if self.ephemeral_storage_gib is not None and not 21 <= self.ephemeral_storage_gib <= 200:
            raise ValueError(f"ephemeral_storage_gib should be 21 to 200, got {self.ephemeral_storage_gib}")
        if self.weight + self.spot_weight == 0:
            raise ValueError("weight or spot_weight should be more than 0, got neither")
        return ecs.FargateTaskDefinition(
            scope,
            id,
            cpu=cpu,
            memory_limit_mib=memory_limit_mib,
            ephemeral_storage_gib=self.ephemeral_storage_gib,
            runtime_platform=_linux(self.cpu_architecture),
        )

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """Nothing: the only container has the whole task."""
        return {}

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service on the cluster's capacity providers FARGATE and FARGATE_SPOT.

        Not by launch type: a service cannot go from that to a capacity provider without being replaced.
        """
        return ecs.FargateService(
            scope,
            id,
            capacity_provider_strategies=self._strategies(),
            vpc_subnets=self.subnets,
            assign_public_ip=self.assign_public_ip,
            security_groups=self.security_groups,
            platform_version=self.platform_version,
            **settings,
        )

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """The cluster's providers FARGATE and FARGATE_SPOT as they are weighed, and an address in the subnets."""
        strategies = [
            {"capacityProvider": one.capacity_provider, "weight": one.weight or 0, **({"base": one.base} if one.base else {})}
            for one in self._strategies()
        ]
        groups = self.security_groups or security_groups
        return {"capacityProviderStrategy": strategies, **_addresses(vpc, self.subnets, groups, public=self.assign_public_ip)}

    def _strategies(self) -> list[ecs.CapacityProviderStrategy]:
        on_demand = ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=self.weight, base=self.base or None)
        spot = ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=self.spot_weight)
        return [*([on_demand] if self.weight or self.base else []), *([spot] if self.spot_weight else [])]


@dataclass(frozen=True)
class Ec2Capacity:
    """Servers of the Auto Scaling group behind `capacity_provider`, each shared by many tasks.

    In the network mode `bridge`, the default, tasks have a port of the server that the agent picks, so that their number on a
    server is limited by its CPU and memory and not by its network interfaces. In `awsvpc` each has an address and a security
    group of its own, in `subnets` (default: the VPC's private ones) and never with a public address; a server takes as many
    as it has interfaces, or more by ENI trunking, an account setting.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html

    The first task on an empty group waits in PROVISIONING until its server is there, which the circuit breaker does not count
    as a failure; it would with a launch type.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
    """

    capacity_provider: str
    network_mode: Literal["bridge", "awsvpc"] = "bridge"
    subnets: ec2.SubnetSelection | None = None
    security_groups: Sequence[ec2.ISecurityGroup] | None = None

    has_gpus: ClassVar[bool] = True

    @property
    def host_port(self) -> int | None:
        """0 in `bridge` mode; in `awsvpc` mode a task has its own ports."""
        return 0 if self.network_mode == "bridge" else None

    @property
    def has_own_address(self) -> bool:
        """In `awsvpc` mode."""
        return self.network_mode == "awsvpc"

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition; the size is that of its container."""
        return ecs.Ec2TaskDefinition(scope, id, network_mode=ecs.NetworkMode[_NETWORK_MODES[self.network_mode]])

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """CPU shares and the hard limit of memory."""
        return {"cpu": cpu, "memory_limit_mib": memory_limit_mib}

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service that spreads over availability zones, then fills servers."""
        own_address: dict[str, Any] = {"vpc_subnets": self.subnets, "security_groups": self.security_groups}
        return ecs.Ec2Service(
            scope,
            id,
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider=self.capacity_provider, weight=1)],
            placement_strategies=[
                ecs.PlacementStrategy.spread_across(ecs.BuiltInAttributes.AVAILABILITY_ZONE),
                ecs.PlacementStrategy.packed_by_memory(),
            ],
            **(own_address if self.has_own_address else {}),
            **settings,
        )

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """The servers' capacity provider; in `bridge` mode the network is the server's."""
        groups = self.security_groups or security_groups
        return {
            "capacityProviderStrategy": [{"capacityProvider": self.capacity_provider, "weight": 1}],
            "placementStrategy": [{"type": "binpack", "field": "memory"}],
            **(_addresses(vpc, self.subnets, groups) if self.has_own_address else {}),
        }


@dataclass(frozen=True)
class ManagedCapacity:
    """ECS Managed Instances: servers in the account that AWS chooses, patches and fills, behind `capacity_provider`.

    Each task has an address and a security group of its own, in `subnets` (default: the VPC's private ones), and never a
    public address. `cpu_architecture` defaults to x86-64; the image and the provider's instances must be for it.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
    """

    capacity_provider: str
    subnets: ec2.SubnetSelection | None = None
    security_groups: Sequence[ec2.ISecurityGroup] | None = None
    cpu_architecture: ecs.CpuArchitecture | None = None

    host_port: ClassVar[int | None] = None
    has_own_address: ClassVar[bool] = True
    has_gpus: ClassVar[bool] = True

    def task_definition(self, scope: Construct, id: str, *, cpu: int, memory_limit_mib: int) -> ecs.TaskDefinition:
        """A task definition in `awsvpc` mode; any size goes that a server has."""
        return ecs.TaskDefinition(
            scope,
            id,
            compatibility=ecs.Compatibility.MANAGED_INSTANCES,
            network_mode=ecs.NetworkMode.AWS_VPC,
            cpu=str(cpu),
            memory_mib=str(memory_limit_mib),
            runtime_platform=_linux(self.cpu_architecture),
        )

    def container_size(self, *, cpu: int, memory_limit_mib: int) -> dict[str, Any]:
        """Nothing: the only container has the whole task."""
        return {}

    def service(self, scope: Construct, id: str, **settings: Any) -> ecs.BaseService:
        """A service; CDK's class for it is that of Fargate."""
        return ecs.FargateService(
            scope,
            id,
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider=self.capacity_provider, weight=1)],
            vpc_subnets=self.subnets,
            security_groups=self.security_groups,
            **settings,
        )

    def run_parameters(self, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup]) -> dict[str, Any]:
        """The servers' capacity provider, and an address in the subnets."""
        strategy = [{"capacityProvider": self.capacity_provider, "weight": 1}]
        groups = self.security_groups or security_groups
        return {"capacityProviderStrategy": strategy, **_addresses(vpc, self.subnets, groups)}


_NETWORK_MODES = {"bridge": "BRIDGE", "awsvpc": "AWS_VPC"}


@cache
def _linux(architecture: ecs.CpuArchitecture | None) -> ecs.RuntimePlatform:
    """On that architecture; None is x86-64."""
    return ecs.RuntimePlatform(
        cpu_architecture=architecture or ecs.CpuArchitecture.X86_64, operating_system_family=ecs.OperatingSystemFamily.LINUX
    )


def _addresses(
    vpc: ec2.IVpc, chosen: ec2.SubnetSelection | None, groups: Sequence[ec2.ISecurityGroup], *, public: bool = False
) -> dict[str, Any]:
    """`networkConfiguration` of a task with an address of its own, in these subnets or the VPC's private ones."""
    chosen = chosen or ec2.SubnetSelection()
    subnets = vpc.select_subnets(
        availability_zones=chosen.availability_zones,
        one_per_az=chosen.one_per_az,
        subnet_filters=chosen.subnet_filters,
        subnet_group_name=chosen.subnet_group_name,
        subnets=chosen.subnets,
        subnet_type=chosen.subnet_type,
    )
    return {
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": subnets.subnet_ids,
                "securityGroups": [group.security_group_id for group in groups],
                "assignPublicIp": "ENABLED" if public else "DISABLED",
            }
        }
    }
