"""Servers of one's own: an Auto Scaling group for ECS, its launch template, and what its machines are."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard_constructs.group_deletion import GroupDeletion
from dockyard_constructs.machine_image import (
    BOTTLEROCKET_SYSTEM_GIB,
    OperatingSystem,
    agent_settings,
    architecture_of,
    has_gpu,
    image_parameter,
    user_data,
)


@dataclass(frozen=True)
class WarmPool:
    """Servers that have been started once and wait for work."""

    min_size: int = 0
    """Fewest that wait."""
    max_group_prepared_capacity: int | None = None
    """Most of those that wait and those that work together. Default: the most that the group may have."""
    pool_state: autoscaling.PoolState = autoscaling.PoolState.STOPPED


@dataclass(frozen=True)
class InstanceGroup:
    """Servers of an Auto Scaling group: instance types, how few and many there may be, and how they are bought.

    All types are of one architecture, x86-64 or Graviton, and all have a GPU or none, which their names tell. Of the servers
    above `on_demand_base`, `spot_percent` are Spot, from the pools that AWS finds cheap and unlikely to be interrupted.
    """

    instance_types: list[str]
    min_capacity: int = 0
    max_capacity: int = 4
    subnets: ec2.SubnetSelection | None = None
    """Default: the VPC's private subnets."""
    root_volume_gib: int = 30
    """For images and containers."""
    spot_percent: int = 0
    on_demand_base: int = 0
    operating_system: OperatingSystem = "al2023"
    max_instance_lifetime_days: int = 14
    """A server is replaced at that age, 1 to 365 days, by one with the newest machine image."""
    managed_termination_protection: bool = False
    """Let ECS end only servers that run no task, for tasks that are not to be moved. Without it a server that the group gives
    up may have tasks, which managed draining moves first; with it one with a single small task stays."""
    warm_pool: WarmPool | None = None
    """For one type, On-Demand. Default: servers are started when they are needed."""
    public_addresses: bool = False
    """For public subnets without a NAT gateway: the servers reach ECS and ECR by addresses of their own."""

    @property
    def architecture(self) -> ec2.InstanceArchitecture:
        """Of all types. Raises ValueError where they differ."""
        found = {name: architecture_of(name) for name in self.instance_types}
        first = next(iter(found))
        if other := next((name for name in found if found[name] != found[first]), None):
            raise ValueError(f"instance_types should be of one architecture, got {first} and {other}")
        return found[first]

    @property
    def has_gpus(self) -> bool:
        """Whether all types have GPUs. Raises ValueError where some have, as a group has one machine image."""
        found = {name: has_gpu(name) for name in self.instance_types}
        if len(set(found.values())) > 1:
            raise ValueError(f"instance_types should all have a GPU or none, got {', '.join(found)}")
        return all(found.values())

    @property
    def image_parameter(self) -> str:
        """The public parameter of SSM with the newest machine image. Raises ValueError where there is none."""
        return image_parameter(self.operating_system, self.architecture, gpus=self.has_gpus)

    def check(self) -> None:
        """Raise ValueError for what cannot be."""
        if not self.instance_types:
            raise ValueError("instances.instance_types should have at least one type such as t3.small, got none")
        if self.min_capacity > self.max_capacity:
            raise ValueError(f"instances.min_capacity should be at most {self.max_capacity}, got {self.min_capacity}")
        if not 0 <= self.spot_percent <= 100:
            raise ValueError(f"instances.spot_percent should be 0 to 100, got {self.spot_percent}")
        if self.on_demand_base and not self.spot_percent:
            raise ValueError(f"instances.on_demand_base has no use without spot_percent, got {self.on_demand_base}")
        if not 1 <= self.max_instance_lifetime_days <= 365:
            raise ValueError(f"instances.max_instance_lifetime_days should be 1 to 365, got {self.max_instance_lifetime_days}")
        if self.warm_pool and (self.spot_percent or len(self.instance_types) > 1):
            raise ValueError("instances.warm_pool is for a group of one instance type, On-Demand")
        if self.warm_pool and self.managed_termination_protection and self.operating_system == "bottlerocket":
            # https://github.com/bottlerocket-os/bottlerocket/issues/4888
            raise ValueError("instances.warm_pool does not go with managed_termination_protection on bottlerocket: take al2023")
        _ = self.image_parameter


@dataclass(frozen=True)
class Servers:
    """What is made of a group."""

    capacity_provider: ecs.AsgCapacityProvider
    security_group: ec2.SecurityGroup


def add_servers(
    scope: Construct, cluster: ecs.Cluster, vpc: ec2.IVpc, group: InstanceGroup, *, allow_all_ipv6_outbound: bool = False
) -> Servers:
    """Make the group in this construct, and let its servers join the cluster.

    A server has the newest machine image at its own launch, and lives `max_instance_lifetime_days`, so that no deploy is
    needed for patches. Its successor is launched before it goes, and ECS moves its tasks there first (managed draining), in
    all replacements that the group makes: by age, by rebalancing on a Spot notice, by an instance refresh.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
    """
    security_group = ec2.SecurityGroup(
        scope,
        "InstanceSecurityGroup",
        vpc=vpc,
        description="Servers of the ECS cluster",
        allow_all_ipv6_outbound=allow_all_ipv6_outbound,
    )
    template = _launch_template(scope, security_group, group)
    servers = _auto_scaling_group(scope, template, vpc, group)
    provider = ecs.AsgCapacityProvider(
        scope,
        "CapacityProvider",
        auto_scaling_group=servers,
        enable_managed_scaling=True,
        enable_managed_draining=True,
        enable_managed_termination_protection=group.managed_termination_protection,
        machine_image_type=_MACHINES[group.operating_system],
    )
    provider.node.add_dependency(GroupDeletion(scope, "GroupDeletion", group=servers).resource)
    cluster.add_asg_capacity_provider(provider)
    if pool := group.warm_pool:
        _add_warm_pool(servers, pool).node.add_dependency(provider)
    assert template.user_data  # noqa: S101  # it was given
    settings = agent_settings(group.operating_system, gpus=group.has_gpus, warm_pool=group.warm_pool is not None)
    template.user_data.add_commands(*settings)
    return Servers(provider, security_group)


def _auto_scaling_group(
    scope: Construct, template: ec2.LaunchTemplate, vpc: ec2.IVpc, group: InstanceGroup
) -> autoscaling.AutoScalingGroup:
    made = autoscaling.AutoScalingGroup(
        scope,
        "Instances",
        vpc=vpc,
        vpc_subnets=group.subnets or ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        min_capacity=group.min_capacity,
        max_capacity=group.max_capacity,
        launch_template=template if group.warm_pool else None,
        mixed_instances_policy=None if group.warm_pool else _mixed_instances(template, group),
        capacity_rebalance=group.spot_percent > 0,
        max_instance_lifetime=Duration.days(group.max_instance_lifetime_days),
        min_healthy_percentage=100,  # a successor first
        max_healthy_percentage=200,
        new_instances_protected_from_scale_in=group.managed_termination_protection,
    )
    made.apply_removal_policy(RemovalPolicy.DESTROY)
    return made


def _mixed_instances(template: ec2.LaunchTemplate, group: InstanceGroup) -> autoscaling.MixedInstancesPolicy:
    return autoscaling.MixedInstancesPolicy(
        launch_template=template,
        launch_template_overrides=[
            autoscaling.LaunchTemplateOverrides(instance_type=ec2.InstanceType(name)) for name in group.instance_types
        ],
        instances_distribution=autoscaling.InstancesDistribution(
            on_demand_base_capacity=group.on_demand_base,
            on_demand_percentage_above_base_capacity=100 - group.spot_percent,
            spot_allocation_strategy=autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
        ),
    )


def _add_warm_pool(servers: autoscaling.AutoScalingGroup, pool: WarmPool) -> autoscaling.WarmPool:
    """What waits goes before the capacity provider does, while ECS still answers the lifecycle hook of managed draining.

    There is no reuse on scale-in, as ECS does not take servers back that have been in the cluster.
    """
    return servers.add_warm_pool(
        min_size=pool.min_size, max_group_prepared_capacity=pool.max_group_prepared_capacity, pool_state=pool.pool_state
    )


def _launch_template(scope: Construct, security_group: ec2.ISecurityGroup, group: InstanceGroup) -> ec2.LaunchTemplate:
    role = iam.Role(
        scope,
        "InstanceRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        description="Servers of the ECS cluster: the ECS agent",
    )
    on_al2023 = group.operating_system == "al2023"
    return ec2.LaunchTemplate(
        scope,
        "LaunchTemplate",
        machine_image=ec2.MachineImage.resolve_ssm_parameter_at_launch(group.image_parameter),
        instance_type=ec2.InstanceType(group.instance_types[0]),
        role=role,
        security_group=security_group,
        associate_public_ip_address=group.public_addresses,
        user_data=user_data(group.operating_system, warm_pool=group.warm_pool is not None),
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        block_devices=[_volume("/dev/xvda", group.root_volume_gib)]
        if on_al2023
        else [_volume("/dev/xvda", BOTTLEROCKET_SYSTEM_GIB), _volume("/dev/xvdb", group.root_volume_gib)],
    )


_MACHINES = {
    "al2023": ecs.MachineImageType.AMAZON_LINUX_2,  # CDK's name for machines that are set up by a shell script
    "bottlerocket": ecs.MachineImageType.BOTTLEROCKET,
}


def _volume(name: str, gib: int) -> ec2.BlockDevice:
    volume = ec2.BlockDeviceVolume.ebs(gib, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3)
    return ec2.BlockDevice(device_name=name, volume=volume)
