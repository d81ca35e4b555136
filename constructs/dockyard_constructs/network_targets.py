"""The containers of a service, as a Network Load Balancer has them."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct
from dockyard_constructs.durations import seconds

NetworkProtocol = Literal["tcp", "tls", "udp", "tcp_udp"]
_PORTS = {"tcp": ("tcp",), "tls": ("tcp",), "udp": ("udp",), "tcp_udp": ("tcp", "udp")}
"""What a port is opened for."""


@dataclass(frozen=True)
class NetworkListener:
    """A port that clients connect to, and the port of the container that this leads to."""

    port: int
    protocol: NetworkProtocol = "tcp"
    """`tls` is ended by the load balancer: the container gets TCP."""
    target_port: int | None = None
    """Default: the port of the service."""

    @property
    def target_protocol(self) -> NetworkProtocol:
        """What is spoken with the container."""
        return "tcp" if self.protocol == "tls" else self.protocol


@dataclass(frozen=True)
class NetworkTargets:
    """How the load balancer treats containers; times in seconds.

    It asks by connecting on the port that connections go to, or on `health_port`, and with `health_path` by HTTP for 200 to 399.
    """

    deregistration_delay: int = 60
    """How long connections may go on before the container is told to stop; then they are ended. AWS's default is 300."""
    stickiness: bool = False
    """Whether a client's address stays with the container that it met; not of TLS."""
    preserve_client_ip: bool = True
    """Whether containers see the addresses of clients; of UDP they always do."""
    health_path: str | None = None
    health_port: int | None = None
    interval: int = 5
    timeout: int = 4
    healthy_threshold: int = 2
    unhealthy_threshold: int = 2
    grace_period: int = 60


def network_target_group(
    scope: Construct, id: str, vpc: ec2.IVpc, protocol: NetworkProtocol, kind: elbv2.TargetType, settings: NetworkTargets
) -> elbv2.NetworkTargetGroup:
    """A target group for containers that bring their own ports."""
    made = elbv2.NetworkTargetGroup(
        scope,
        id,
        vpc=vpc,
        port=80,  # targets bring their own; another number here would replace the group
        protocol=elbv2.Protocol[protocol.upper()],
        target_type=kind,
        deregistration_delay=seconds(settings.deregistration_delay),
        connection_termination=True,
        preserve_client_ip=settings.preserve_client_ip if protocol == "tcp" else None,
        health_check=elbv2.HealthCheck(
            protocol=elbv2.Protocol.HTTP if settings.health_path else elbv2.Protocol.TCP,
            path=settings.health_path,
            port=str(settings.health_port or "traffic-port"),
            interval=seconds(settings.interval),
            timeout=seconds(settings.timeout),
            healthy_threshold_count=settings.healthy_threshold,
            unhealthy_threshold_count=settings.unhealthy_threshold,
        ),
    )
    made.set_attribute("stickiness.enabled", "true" if settings.stickiness else "false")
    made.set_attribute("stickiness.type", "source_ip")
    return made


def opened_ports(protocol: NetworkProtocol, port: int) -> list[ec2.Port]:
    """What a security group lets in for it."""
    return [ec2.Port.tcp(port) if spoken == "tcp" else ec2.Port.udp(port) for spoken in _PORTS[protocol]]


def publish(container: ecs.ContainerDefinition, port: int, protocol: NetworkProtocol, *, host_port: int | None) -> None:
    """Publish the port, where it is not yet."""
    for spoken in _PORTS[protocol]:
        kind = ecs.Protocol.UDP if spoken == "udp" else ecs.Protocol.TCP
        if container.find_port_mapping(port, kind) is None:
            container.add_port_mappings(ecs.PortMapping(container_port=port, host_port=host_port, protocol=kind))
