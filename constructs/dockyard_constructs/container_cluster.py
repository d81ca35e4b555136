"""An ECS cluster: Fargate always, and servers of one's own where they are asked for."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct

EPHEMERAL_PORTS = ec2.Port.tcp_range(32768, 65535)
"""Ports that the ECS agent picks for tasks in `bridge` mode, on AL2023 within this range
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html)."""


@dataclass(frozen=True)
class InstanceGroup:
    """Servers of an Auto Scaling group: instance types with the preferred one first, and how few and many there may be."""

    instance_types: list[str]
    min_capacity: int = 0
    max_capacity: int = 4
    subnets: ec2.SubnetSelection | None = None
    """Default: the VPC's private subnets."""
    root_volume_gib: int = 30


class ContainerCluster(Construct):
    """A cluster with Fargate, Fargate Spot and, where `instances` are given, EC2 by a capacity provider.

    Read `cluster`; with instances also `capacity_provider` and `instance_security_group`.

    Instances: Amazon Linux 2023 for ECS, the newest at each deploy; IMDSv2, one hop, so that a container in `bridge` mode
    cannot read the server's credentials; encrypted gp3. ECS scales the group by the tasks that wait (managed scaling)
    and moves tasks away before a server ends (managed draining). Scale-in protection is off: draining already keeps tasks
    safe, and protected servers make the deletion of the stack hang (aws-cdk issue 18179).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        cluster_name: str | None = None,
        instances: InstanceGroup | None = None,
        container_insights: ecs.ContainerInsights = ecs.ContainerInsights.ENABLED,
        load_balancer_security_group: ec2.ISecurityGroup | None = None,
    ) -> None:
        """Make the cluster.

        :param vpc: where tasks and servers are, owned or imported.
        :param cluster_name: its name. Default: one that CloudFormation makes.
        :param instances: servers of its own. Default: none.
        :param container_insights: metrics by task and service. Default: enabled.
        :param load_balancer_security_group: group that may reach the servers on the ports that the agent picks. That one
            rule belongs here: each service's stack would make it anew.
        """
        super().__init__(scope, id)
        if instances and not instances.instance_types:
            raise ValueError("instances.instance_types should have at least one type such as t3.small, got none")
        if instances and instances.min_capacity > instances.max_capacity:
            raise ValueError(f"instances.min_capacity should be at most {instances.max_capacity}, got {instances.min_capacity}")
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=vpc,
            cluster_name=cluster_name,
            enable_fargate_capacity_providers=True,
            container_insights_v2=container_insights,
        )
        self.capacity_provider: ecs.AsgCapacityProvider | None = None
        self.instance_security_group: ec2.SecurityGroup | None = None
        if instances:
            self._add_instances(vpc, instances)
            if load_balancer_security_group and self.instance_security_group:
                self.instance_security_group.add_ingress_rule(
                    load_balancer_security_group, EPHEMERAL_PORTS, "load balancer to tasks on servers"
                )

    @property
    def capacity_provider_name(self) -> str:
        """Name of the instances' capacity provider, for `Ec2Capacity`. Raises ValueError where there are no instances."""
        if self.capacity_provider is None:
            raise ValueError("the cluster has no instances: supply instances=InstanceGroup(...)")
        return self.capacity_provider.capacity_provider_name

    def _add_instances(self, vpc: ec2.IVpc, instances: InstanceGroup) -> None:
        self.instance_security_group = ec2.SecurityGroup(
            self, "InstanceSecurityGroup", vpc=vpc, description="Servers of the ECS cluster"
        )
        template = self._launch_template(instances, self.instance_security_group)
        group = autoscaling.AutoScalingGroup(
            self,
            "Instances",
            vpc=vpc,
            vpc_subnets=instances.subnets or ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            min_capacity=instances.min_capacity,
            max_capacity=instances.max_capacity,
            mixed_instances_policy=autoscaling.MixedInstancesPolicy(
                launch_template=template,
                launch_template_overrides=[
                    autoscaling.LaunchTemplateOverrides(instance_type=ec2.InstanceType(name)) for name in instances.instance_types
                ],
            ),
            new_instances_protected_from_scale_in=False,
        )
        group.apply_removal_policy(RemovalPolicy.DESTROY)
        self.capacity_provider = ecs.AsgCapacityProvider(
            self,
            "CapacityProvider",
            auto_scaling_group=group,
            enable_managed_scaling=True,
            enable_managed_draining=True,
            enable_managed_termination_protection=False,
        )
        self.cluster.add_asg_capacity_provider(self.capacity_provider)

    def _launch_template(self, instances: InstanceGroup, security_group: ec2.ISecurityGroup) -> ec2.LaunchTemplate:
        role = iam.Role(
            self,
            "InstanceRole",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            description="Servers of the ECS cluster: the ECS agent",
        )
        return ec2.LaunchTemplate(
            self,
            "LaunchTemplate",
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(ecs.AmiHardwareType.STANDARD),
            instance_type=ec2.InstanceType(instances.instance_types[0]),
            role=role,
            security_group=security_group,
            user_data=ec2.UserData.for_linux(),
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        instances.root_volume_gib, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
        )
