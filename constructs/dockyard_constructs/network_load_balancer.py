"""A Network Load Balancer: TCP, TLS and UDP to the containers of a service."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3

from constructs import Construct
from dockyard_constructs.container_cluster import EPHEMERAL_PORTS
from dockyard_constructs.load_balancer import TLS_POLICY
from dockyard_constructs.log_bucket import ACCESS
from dockyard_constructs.network_targets import (
    NetworkListener,
    NetworkProtocol,
    NetworkTargets,
    network_target_group,
    opened_ports,
    publish,
)


class NetworkLoadBalancer(Construct):
    """A load balancer for one service, which `WebService` takes as `network`.

    Its security group lets clients in to the ports of its listeners, and out to the containers alone; these let in the group, and
    nobody else, also where they see the addresses of clients.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html

    Read `load_balancer`, `security_group`, `listeners` and, once a service has taken it, `target_groups`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        listeners: Sequence[NetworkListener],
        targets: NetworkTargets | None = None,
        internet_facing: bool = True,
        subnets: ec2.SubnetSelection | None = None,
        sources: Sequence[str] | None = None,
        certificates: Sequence[acm.ICertificate] = (),
        ssl_policy: elbv2.SslPolicy = TLS_POLICY,
        cross_zone: bool = True,
        deletion_protection: bool = False,
        log_bucket: s3.IBucket | None = None,
        servers: ec2.ISecurityGroup | None = None,
    ) -> None:
        """Make it.

        :param vpc: where it is.
        :param listeners: its ports, 1 to 50, each once.
        :param targets: how containers are treated.
        :param internet_facing: reachable from the internet; else from the VPC.
        :param subnets: where it is. Default: public ones, or private ones where it is not internet-facing.
        :param sources: IPv4 ranges that may connect. Default: all, or that of the VPC.
        :param certificates: for listeners of TLS, in the region of the load balancer; the first is for clients that name no host.
        :param ssl_policy: what is spoken with clients. Default: `TLS_POLICY`.
        :param cross_zone: connections go to containers in all zones alike; else only in the zone that they came in by.
        :param deletion_protection: refuse to be deleted.
        :param log_bucket: where connections of TLS are logged (`LogBucket`); of others AWS logs none. Default: nowhere.
        :param servers: group of servers, where containers are in `bridge` mode there; it is opened for this load balancer.
        """
        super().__init__(scope, id)
        ports = [one.port for one in listeners]
        if not ports or len({*ports}) < len(ports):
            raise ValueError(f"listeners should have one or more ports, each once, got {ports}")
        if any(one.protocol == "tls" for one in listeners) and not certificates:
            raise ValueError("a listener of tls needs certificates, got none")
        self.settings = targets or NetworkTargets()
        self.vpc, self.servers, self._listening = vpc, servers, listeners
        self._certificates, self._ssl_policy = [*certificates], ssl_policy
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Network load balancer of a service", allow_all_outbound=False
        )
        for range in sources or ["0.0.0.0/0" if internet_facing else vpc.vpc_cidr_block]:
            for one in listeners:
                for port in opened_ports(one.protocol, one.port):
                    self.security_group.add_ingress_rule(ec2.Peer.ipv4(range), port, "clients")
        self.load_balancer = elbv2.NetworkLoadBalancer(
            self,
            "Resource",
            vpc=vpc,
            internet_facing=internet_facing,
            vpc_subnets=subnets,
            security_groups=[self.security_group],
            cross_zone_enabled=cross_zone,
            deletion_protection=deletion_protection,
        )
        self.load_balancer.set_attribute("access_logs.s3.enabled", "true" if log_bucket else "false")
        if log_bucket:
            self.load_balancer.set_attribute("access_logs.s3.bucket", log_bucket.bucket_name)
            self.load_balancer.set_attribute("access_logs.s3.prefix", ACCESS)
            if log_bucket.policy:
                self.load_balancer.node.add_dependency(log_bucket.policy)
        self.listeners: Mapping[int, elbv2.NetworkListener] = {}
        self.target_groups: Sequence[elbv2.NetworkTargetGroup] = ()

    @property
    def full_name(self) -> str:
        """`net/<name>/<id>`, by which its metrics are found."""
        return self.load_balancer.load_balancer_full_name

    def forward_to(
        self,
        service: ecs.BaseService,
        container: ecs.ContainerDefinition,
        port: int,
        *,
        host_port: int | None,
        in_turns: bool = False,
    ) -> None:
        """Lead connections to the containers of a service.

        Listeners of one port and protocol of the container share a target group; a service has five at most.

        :param port: of the container, where a listener names no other.
        :param host_port: what a port of the container is published on (`Capacity.host_port`).
        :param in_turns: whether deployments take turns between two target groups, which ECS shifts connections between: with one
            listener, and containers that have addresses of their own.
            https://docs.aws.amazon.com/AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html
        """
        if in_turns and (len(self._listening) > 1 or host_port is not None):
            raise ValueError("deployments take turns between two target groups of one listener, not in bridge mode")
        groups: dict[tuple[int, NetworkProtocol], elbv2.NetworkTargetGroup] = {}
        kind = elbv2.TargetType.IP if host_port is None else elbv2.TargetType.INSTANCE
        for one in self._listening:
            where = one.target_port or port, one.target_protocol
            if where not in groups:
                groups[where] = self._group(*where, kind)
                publish(container, *where, host_port=host_port)
            others = [self._group(*where, kind, "Alternate")] if in_turns else []
            self.listeners = {**self.listeners, one.port: self._listen(one, [groups[where], *others])}
            self.target_groups = [*groups.values(), *others]
        for (target_port, protocol), group in groups.items():
            spoken = ecs.Protocol.UDP if protocol == "udp" else ecs.Protocol.TCP
            service.load_balancer_target(
                container_name=container.container_name,
                container_port=target_port,
                protocol=spoken,
                alternate_target=self._alternate_target(service) if in_turns else None,
            ).attach_to_network_target_group(group)
        self._open(service, [*groups], on_servers=host_port is not None)

    def _alternate_target(self, service: ecs.BaseService) -> ecs.IAlternateTarget:
        """What ECS shifts connections by, with the role in which it does."""
        resource = service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101  # it is what CDK's services are made of
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})  # CDK depends on the listener that it names
        (listener,) = self.listeners.values()
        production = ecs.ListenerRuleConfiguration.network_listener(listener)
        return ecs.AlternateTarget("TrafficShift", alternate_target_group=self.target_groups[1], production_listener=production)

    def _listen(self, one: NetworkListener, groups: Sequence[elbv2.NetworkTargetGroup]) -> elbv2.NetworkListener:
        """With two target groups the weights are those of the beginning: ECS changes them."""
        secure = one.protocol == "tls"
        return elbv2.NetworkListener(
            self,
            f"Listener{one.port}",
            load_balancer=self.load_balancer,
            port=one.port,
            protocol=elbv2.Protocol[one.protocol.upper()],
            certificates=[*self._certificates] if secure else None,
            ssl_policy=self._ssl_policy if secure else None,
            default_action=elbv2.NetworkListenerAction.weighted_forward(
                [elbv2.NetworkWeightedTargetGroup(target_group=group, weight=100 - 100 * n) for n, group in enumerate(groups)]
            )
            if groups[1:]
            else elbv2.NetworkListenerAction.forward([*groups]),
        )

    def _group(self, port: int, protocol: NetworkProtocol, kind: elbv2.TargetType, prefix: str = "") -> elbv2.NetworkTargetGroup:
        id = f"{prefix}Targets{port}{protocol.replace('_', '').capitalize()}"
        return network_target_group(self, id, self.vpc, protocol, kind, self.settings)

    def _open(self, service: ecs.BaseService, targets: Sequence[tuple[int, NetworkProtocol]], *, on_servers: bool) -> None:
        if on_servers:
            if self.servers is None:
                raise ValueError("servers should be given where containers are in bridge mode: their security group")
            self.servers.connections.allow_from(self.security_group, EPHEMERAL_PORTS, "network load balancer")
            return
        asked = [ec2.Port.tcp(self.settings.health_port)] if self.settings.health_port else []
        ports = {str(port): port for one, protocol in targets for port in opened_ports(protocol, one)}
        for port in (ports | {str(port): port for port in asked}).values():
            service.connections.allow_from(self.security_group, port, "network load balancer")
