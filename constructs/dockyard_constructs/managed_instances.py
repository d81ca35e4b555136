"""ECS Managed Instances of a cluster."""

from dataclasses import dataclass
from typing import Any, Literal

from aws_cdk import Aws, Names, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct

_LONGEST_REGION = "ap-southeast-1"
_PREFIX = "ecsInstanceRole"
"""AWS's policy for the infrastructure role lets ECS pass roles of such names alone."""


@dataclass(frozen=True)
class ManagedInstances:
    """Which servers AWS may choose; it takes the cheapest that its tasks fit on."""

    min_vcpus: int = 1
    max_vcpus: int | None = None
    min_memory_mib: int = 1024
    max_memory_mib: int | None = None
    min_gpus: int = 0
    """Above 0, all servers have GPUs of NVIDIA."""
    max_gpus: int | None = None
    instance_types: list[str] | None = None
    """Names or patterns such as `m7*`. Default: any of the architecture."""
    architecture: Literal["x86-64", "arm64"] = "x86-64"
    spot: bool = False
    storage_gib: int = 80
    """For images and containers."""
    scale_in_after_seconds: int | None = None
    """How long a server may be idle, 0 to 3600, or -1 for ever. Default: AWS decides."""
    subnets: ec2.SubnetSelection | None = None
    """Default: the VPC's private subnets."""


def add_managed_instances(
    scope: Construct, cluster: ecs.Cluster, vpc: ec2.IVpc, settings: ManagedInstances, *, allow_all_ipv6_outbound: bool = False
) -> ecs.ManagedInstancesCapacityProvider:
    """Let the cluster have them; AWS patches each server and replaces it in 14 days.

    The role of the servers is made here: that of CDK's class has a name without the region, which two regions cannot have.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
    """
    on_arm = settings.architecture == "arm64"
    chosen = vpc.select_subnets(
        subnets=settings.subnets.subnets, subnet_type=settings.subnets.subnet_type
    ) if settings.subnets else vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)  # fmt: skip
    group = ec2.SecurityGroup(
        scope,
        "ManagedInstanceSecurityGroup",
        vpc=vpc,
        description="Managed servers",
        allow_all_ipv6_outbound=allow_all_ipv6_outbound,
    )
    provider = ecs.ManagedInstancesCapacityProvider(
        scope,
        "ManagedCapacityProvider",
        subnets=chosen.subnets,
        security_groups=[group],
        ec2_instance_profile=iam.InstanceProfile(scope, "ManagedInstanceProfile", role=_role(scope)),
        capacity_option_type=ecs.CapacityOptionType.SPOT if settings.spot else ecs.CapacityOptionType.ON_DEMAND,
        propagate_tags=ecs.PropagateManagedInstancesTags.CAPACITY_PROVIDER,
        task_volume_storage=Size.gibibytes(settings.storage_gib),
        instance_requirements=ec2.InstanceRequirementsConfig(
            v_cpu_count_min=settings.min_vcpus,
            v_cpu_count_max=settings.max_vcpus,
            memory_min=Size.mebibytes(settings.min_memory_mib),
            memory_max=None if settings.max_memory_mib is None else Size.mebibytes(settings.max_memory_mib),
            allowed_instance_types=settings.instance_types,
            cpu_manufacturers=[ec2.CpuManufacturer.AWS] if on_arm else [ec2.CpuManufacturer.INTEL, ec2.CpuManufacturer.AMD],
            burstable_performance=ec2.BurstablePerformance.INCLUDED,
            **(_gpus(settings) if settings.min_gpus else {}),
        ),
    )
    cluster.add_managed_instances_capacity_provider(provider)
    if settings.scale_in_after_seconds is not None:  # CDK's class does not have it: aws-cdk issue 36119
        resource = provider.node.find_child("ManagedCapacityProvider")
        assert isinstance(resource, ecs.CfnCapacityProvider)  # noqa: S101
        path = "ManagedInstancesProvider.InfrastructureOptimization.ScaleInAfter"
        resource.add_property_override(path, settings.scale_in_after_seconds)
    return provider


def _gpus(settings: ManagedInstances) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_InstanceRequirementsRequest.html."""
    return {
        "accelerator_types": [ec2.AcceleratorType.GPU],
        "accelerator_manufacturers": [ec2.AcceleratorManufacturer.NVIDIA],
        "accelerator_count_min": settings.min_gpus,
        "accelerator_count_max": settings.max_gpus,
    }


def _role(scope: Construct) -> iam.Role:
    room = 64 - len(f"{_PREFIX}--{_LONGEST_REGION}")
    name = Names.unique_resource_name(scope, max_length=room, separator="-")
    policy = iam.ManagedPolicy.from_aws_managed_policy_name("AmazonECSInstanceRolePolicyForManagedInstances")
    return iam.Role(
        scope,
        "ManagedInstanceRole",
        role_name=f"{_PREFIX}-{name}-{Aws.REGION}",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[policy],
        description="Managed servers of the ECS cluster",
    )
