"""What the services of an environment share: network, cluster and load balancer."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from dockyard.config import Environment, Project
from dockyard.config.cluster import Ec2Capacity, ManagedCapacity
from dockyard_constructs import ContainerCluster, InstanceGroup, LoadBalancer, ManagedInstances

MOST_ZONES = 4
"""Ranges are kept for so many, so that more zones do not move the subnets that are there."""


class PlatformStack(cdk.Stack):
    """The platform of one environment.

    What services need of it goes through SSM parameters, one a scalar, which their templates read as CloudFormation
    parameters at each deploy. So the platform may replace what it has, and the next deploy of all follows; exports would
    forbid the replacement.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name}
        super().__init__(scope, id, env=env, tags=tags)
        self._prefix = f"/{project.name}/{environment.name}/platform"
        self._network = environment.settings.network
        vpc = self._vpc()
        front = LoadBalancer(self, "LoadBalancer", vpc=vpc)
        settings = environment.settings.cluster
        cluster = ContainerCluster(
            self,
            "Cluster",
            vpc=vpc,
            cluster_name=f"{project.name}-{environment.name}",
            instances=self._instances(settings.ec2) if settings.ec2 else None,
            managed_instances=self._managed_instances(settings.managed) if settings.managed else None,
            load_balancer_security_group=front.security_group,
        )
        self._publish("vpc-id", vpc.vpc_id)
        for number, subnet in enumerate(vpc.select_subnets(subnet_type=self._task_subnets().subnet_type).subnets, 1):
            self._publish(f"task-subnet-{number}", subnet.subnet_id)
        self._publish("cluster-name", cluster.cluster.cluster_name)
        self._publish("listener-arn", front.listener.listener_arn)
        self._publish("load-balancer-security-group", front.security_group.security_group_id)
        self._publish("load-balancer-dns-name", front.load_balancer.load_balancer_dns_name)
        if cluster.capacity_provider:
            self._publish("capacity-provider", cluster.capacity_provider.capacity_provider_name)
        if cluster.managed_capacity_provider:
            self._publish("managed-capacity-provider", cluster.managed_capacity_provider.capacity_provider_name)

    @property
    def availability_zones(self) -> list[str]:
        """Zones by `Fn::GetAZs`, so that synth needs no account."""
        return zones(4)

    @property
    def public_tasks(self) -> bool:
        """Whether tasks are in public subnets, with addresses of their own."""
        return self._network.public_tasks

    @property
    def task_subnet_count(self) -> int:
        """How many subnets tasks may be in."""
        existing = self._network.vpc
        return len(existing.task_subnets or existing.public_subnets) if existing else self._network.availability_zones

    def parameter(self, scope: Construct, name: str) -> str:
        """In another stack: the value that this stack published under that name, read at each deploy."""
        return ssm.StringParameter.value_for_string_parameter(scope, f"{self._prefix}/{name}")

    def _instances(self, settings: Ec2Capacity) -> InstanceGroup:
        return InstanceGroup(
            instance_types=list(settings.instance_types),
            min_capacity=settings.min,
            max_capacity=settings.max,
            subnets=self._task_subnets(),
            root_volume_gib=settings.volume,
            spot_percent=settings.spot_percent,
            on_demand_base=settings.on_demand_base,
            operating_system=settings.operating_system,
            max_instance_lifetime_days=settings.max_lifetime,
            managed_termination_protection=settings.managed_termination_protection,
            public_addresses=self.public_tasks,
        )

    def _managed_instances(self, settings: ManagedCapacity) -> ManagedInstances:
        return ManagedInstances(
            min_vcpus=settings.min_vcpus,
            max_vcpus=settings.max_vcpus,
            min_memory_mib=settings.min_memory,
            max_memory_mib=settings.max_memory,
            instance_types=list(settings.instance_types) or None,
            architecture=settings.architecture,
            spot=settings.spot,
            storage_gib=settings.volume,
            scale_in_after_seconds=settings.scale_in_after,
            subnets=self._task_subnets(),
        )

    def _publish(self, name: str, value: str) -> None:
        ssm.StringParameter(self, f"Parameter-{name}", parameter_name=f"{self._prefix}/{name}", string_value=value)

    def _task_subnets(self) -> ec2.SubnetSelection:
        return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC if self.public_tasks else ec2.SubnetType.PRIVATE_WITH_EGRESS)

    def _vpc(self) -> ec2.IVpc:
        network = self._network
        if existing := network.vpc:
            return ec2.Vpc.from_vpc_attributes(
                self,
                "Vpc",
                vpc_id=existing.id,
                vpc_cidr_block=existing.cidr,
                availability_zones=zones(len(existing.public_subnets)),
                public_subnet_ids=list(existing.public_subnets),
                private_subnet_ids=list(existing.task_subnets) or None,
            )
        gateways = {"none": 0, "single": 1, "per-az": network.availability_zones}[network.nat]
        kinds = [ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=self._mask())]
        if gateways:
            private = ec2.SubnetType.PRIVATE_WITH_EGRESS
            kinds.append(ec2.SubnetConfiguration(name="tasks", subnet_type=private, cidr_mask=self._mask()))
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(network.cidr),
            max_azs=network.availability_zones,
            reserved_azs=MOST_ZONES - network.availability_zones,
            nat_gateways=gateways,
            subnet_configuration=kinds,
            restrict_default_security_group=False,  # by a custom resource of CDK's; nothing of ours is in that group
        )

    def _mask(self) -> int:
        """Size of a subnet: an eighth of the range, for two kinds in as many zones as there may be."""
        return int(self._network.cidr.split("/")[1]) + 3


def zones(count: int) -> list[str]:
    """The first availability zones of the region, as CloudFormation tells them."""
    return [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(count)]
