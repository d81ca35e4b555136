"""An ECS cluster: Fargate always, and servers, of one's own or managed by AWS, where they are asked for."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.instance_group import InstanceGroup, add_servers
from dockyard_constructs.managed_instances import ManagedInstances, add_managed_instances

EPHEMERAL_PORTS = ec2.Port.tcp_range(32768, 65535)
"""Ports that the ECS agent picks for tasks in `bridge` mode, on AL2023 within this range
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html)."""


class ContainerCluster(Construct):
    """A cluster with Fargate, Fargate Spot and, where `instances` are given, EC2 by a capacity provider.

    Read `cluster`; with instances also `capacity_provider` and `instance_security_group`, with managed ones
    `managed_capacity_provider`.

    Instances: Amazon Linux 2023 or Bottlerocket for ECS; IMDSv2, one hop, so that no task reads the server's credentials;
    encrypted gp3; no public address. ECS scales the group by the tasks that wait (managed scaling) and moves tasks away
    before a server ends (managed draining). The stack's deletion ends by itself: services first, then the provider leaves
    the cluster, then the group goes with its servers (`GroupDeletion`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        cluster_name: str | None = None,
        instances: InstanceGroup | None = None,
        managed_instances: ManagedInstances | None = None,
        container_insights: ecs.ContainerInsights = ecs.ContainerInsights.ENABLED,
        load_balancer_security_group: ec2.ISecurityGroup | None = None,
        allow_all_ipv6_outbound: bool = False,
    ) -> None:
        """Make the cluster.

        :param vpc: where tasks and servers are, owned or imported.
        :param cluster_name: its name. Default: one that CloudFormation makes.
        :param instances: servers of its own. Default: none.
        :param managed_instances: servers that AWS manages. Default: none.
        :param container_insights: metrics by task and service. Default: enabled.
        :param load_balancer_security_group: group that may reach the servers on the ports that the agent picks. That one
            rule belongs here: each service's stack would make it anew.
        :param allow_all_ipv6_outbound: whether servers may call out by IPv6, too.
        """
        super().__init__(scope, id)
        if instances:
            instances.check()
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
        self.managed_capacity_provider: ecs.ManagedInstancesCapacityProvider | None = None
        if managed_instances:
            self.managed_capacity_provider = add_managed_instances(
                self, self.cluster, vpc, managed_instances, allow_all_ipv6_outbound=allow_all_ipv6_outbound
            )
        if instances:
            servers = add_servers(self, self.cluster, vpc, instances, allow_all_ipv6_outbound=allow_all_ipv6_outbound)
            self.capacity_provider, self.instance_security_group = servers.capacity_provider, servers.security_group
            if load_balancer_security_group:
                self.instance_security_group.add_ingress_rule(
                    load_balancer_security_group, EPHEMERAL_PORTS, "load balancer to tasks on servers"
                )

    @property
    def capacity_provider_name(self) -> str:
        """Name of the instances' capacity provider, for `Ec2Capacity`. Raises ValueError where there are no instances."""
        if self.capacity_provider is None:
            raise ValueError("the cluster has no instances: supply instances=InstanceGroup(...)")
        return self.capacity_provider.capacity_provider_name
