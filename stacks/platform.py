"""What the services of an environment share: network, cluster and load balancer."""

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_servicediscovery as servicediscovery
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from dockyard.config import Environment, Notify, Project
from dockyard.config.cluster import Ec2Capacity, ManagedCapacity
from dockyard.config.cluster import WarmPool as WarmPoolSettings
from dockyard_constructs import ClusterDashboard, ContainerCluster, InstanceGroup, ManagedInstances, StoppedTasks, WarmPool
from dockyard_constructs.container_cluster import EPHEMERAL_PORTS
from stacks.load_balancer import front
from stacks.network import MOST_ZONES, task_subnet_type, vpc_of, zones


def published(scope: Construct, prefix: str, name: str) -> str:
    """What is in SSM under that name, read at each deploy."""
    return ssm.StringParameter.value_for_string_parameter(scope, f"{prefix}/{name}")


class Platform(cdk.Stack):
    """What the services of an environment have in common, as they see it.

    What they need of it goes through SSM parameters, one a scalar, which their templates read as CloudFormation
    parameters at each deploy. So the platform may replace what it has, and the next deploy of all follows; exports would
    forbid the replacement.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name}
        super().__init__(scope, id, env=env, tags=tags)
        self._prefix = f"/{project.name}/{environment.name}/platform"
        self._network = environment.settings.network

    @property
    def availability_zones(self) -> list[str]:
        """Zones by `Fn::GetAZs`, so that synth needs no account."""
        return zones(MOST_ZONES)

    @property
    def public_tasks(self) -> bool:
        """Whether tasks are in public subnets, with addresses of their own."""
        return self._network.public_tasks

    @property
    def task_subnet_count(self) -> int:
        """How many subnets tasks may be in."""
        existing = self._network.vpc
        return len(existing.task_subnets or existing.public_subnets) if existing else self._network.availability_zones

    @property
    def public_subnet_count(self) -> int:
        """How many public subnets there are."""
        existing = self._network.vpc
        return len(existing.public_subnets) if existing else self._network.availability_zones

    @property
    def cidr(self) -> str:
        """Range of the network's addresses."""
        return self._network.vpc.cidr if self._network.vpc else self._network.cidr

    def parameter(self, scope: Construct, name: str) -> str:
        """In another stack: the value that this stack published under that name, read at each deploy."""
        return published(scope, self._prefix, name)

    def publish(self, name: str, value: str) -> None:
        """Tell other stacks a value under that name."""
        ssm.StringParameter(self, f"Parameter-{name}", parameter_name=f"{self._prefix}/{name}", string_value=value)


class PlatformStack(Platform):
    """The platform of one environment."""

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        super().__init__(scope, id, project=project, environment=environment, env=env)
        subnets = ec2.SubnetSelection(subnet_type=task_subnet_type(self._network))
        vpc = vpc_of(self, self._network)
        entry = front(self, project, environment, vpc)
        settings = environment.settings.cluster
        cluster = ContainerCluster(
            self,
            "Cluster",
            vpc=vpc,
            cluster_name=f"{project.name}-{environment.name}",
            instances=self._instances(settings.ec2, subnets) if settings.ec2 else None,
            managed_instances=self._managed_instances(settings.managed, subnets) if settings.managed else None,
            load_balancer_security_group=entry.security_group,
            allow_all_ipv6_outbound=self._network.has_ipv6,
        )
        namespace = servicediscovery.HttpNamespace(self, "Namespace", name=f"{project.name}-{environment.name}")
        callers = ec2.SecurityGroup(self, "Callers", vpc=vpc, description="Tasks that call services by their names")
        if servers := cluster.instance_security_group:
            for group in (callers, servers):
                servers.add_ingress_rule(group, EPHEMERAL_PORTS, "services that call services on servers")
            self.publish("instance-security-group", servers.security_group_id)
        self.publish("namespace", namespace.namespace_arn)
        self.publish("callers-security-group", callers.security_group_id)
        self.publish("vpc-id", vpc.vpc_id)
        for number, subnet in enumerate(vpc.select_subnets(subnet_type=subnets.subnet_type).subnets, 1):
            self.publish(f"task-subnet-{number}", subnet.subnet_id)
        if not self.public_tasks:
            for number, subnet in enumerate(vpc.public_subnets, 1):
                self.publish(f"public-subnet-{number}", subnet.subnet_id)
        self.publish("cluster-name", cluster.cluster.cluster_name)
        self.publish("listener-arn", entry.listener.listener_arn)
        self.publish("load-balancer-security-group", entry.security_group.security_group_id)
        self.publish("load-balancer-dns-name", entry.dns_name)
        self.publish("load-balancer-full-name", entry.full_name)
        for domain, certificate in entry.certificates.items():
            self.publish(f"certificate-{domain}", certificate)
        if entry.log_bucket:
            self.publish("log-bucket", entry.log_bucket)
        if inside := entry.internal:
            self.publish("internal-listener-arn", inside.listener.listener_arn)
            self.publish("internal-load-balancer-dns-name", inside.dns_name)
            self.publish("internal-load-balancer-full-name", inside.full_name)
        topic = self._topic(environment.settings.alarms)
        self.publish("alarm-topic", topic.topic_arn)
        StoppedTasks(self, "StoppedTasks", cluster=cluster.cluster, topic=topic)
        ClusterDashboard(
            self,
            "Dashboard",
            cluster=cluster.cluster,
            load_balancer_full_name=entry.full_name,
            dashboard_name=f"{project.name}-{environment.name}",
        )
        if cluster.capacity_provider:
            self.publish("capacity-provider", cluster.capacity_provider.capacity_provider_name)
        if cluster.managed_capacity_provider:
            self.publish("managed-capacity-provider", cluster.managed_capacity_provider.capacity_provider_name)

    def _topic(self, notify: Notify) -> sns.ITopic:
        """Not encrypted: CloudWatch may not use AWS's own key for topics, and one of your own costs by the month."""
        if notify.topic:
            topic = sns.Topic.from_topic_arn(self, "Alarms", notify.topic)
        else:
            topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        for address in notify.email:
            topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic

    def _instances(self, settings: Ec2Capacity, subnets: ec2.SubnetSelection) -> InstanceGroup:
        return InstanceGroup(
            instance_types=list(settings.instance_types),
            min_capacity=settings.min,
            max_capacity=settings.max,
            subnets=subnets,
            root_volume_gib=settings.volume,
            spot_percent=settings.spot_percent,
            on_demand_base=settings.on_demand_base,
            operating_system=settings.operating_system,
            max_instance_lifetime_days=settings.max_lifetime,
            managed_termination_protection=settings.managed_termination_protection,
            warm_pool=_warm_pool(settings.warm_pool) if settings.warm_pool else None,
            public_addresses=self.public_tasks,
        )

    def _managed_instances(self, settings: ManagedCapacity, subnets: ec2.SubnetSelection) -> ManagedInstances:
        return ManagedInstances(
            min_vcpus=settings.min_vcpus,
            max_vcpus=settings.max_vcpus,
            min_memory_mib=settings.min_memory,
            max_memory_mib=settings.max_memory,
            min_gpus=settings.min_gpus,
            max_gpus=settings.max_gpus,
            instance_types=list(settings.instance_types) or None,
            architecture=settings.architecture,
            spot=settings.spot,
            storage_gib=settings.volume,
            scale_in_after_seconds=settings.scale_in_after,
            subnets=subnets,
        )


def _warm_pool(settings: WarmPoolSettings) -> WarmPool:
    return WarmPool(settings.min, settings.max_prepared, autoscaling.PoolState[settings.state.upper()])
