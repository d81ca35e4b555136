"""The containers of a service, as a load balancer has them."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct
from dockyard_constructs.durations import seconds

_VERSIONS = {
    "http": None,  # HTTP/1.1; where it is written, target groups that are there would be replaced
    "http2": elbv2.ApplicationProtocolVersion.HTTP2,
    "grpc": elbv2.ApplicationProtocolVersion.GRPC,
}


@dataclass(frozen=True)
class TargetSettings:
    """How the load balancer speaks with containers; times in seconds."""

    protocol: Literal["http", "http2", "grpc"] = "http"
    """`http` is HTTP/1.1; the others need a listener for HTTPS, and another protocol is another target group."""
    deregistration_delay: int = 5
    """How long running requests may go on before the container is told to stop; AWS's default is 300."""
    stickiness: int | None = None
    """How long a client stays with a container, by a cookie."""
    slow_start: int | None = None
    """How long a new container gets ever more requests, 30 to 900."""


@dataclass(frozen=True)
class HealthCheck:
    """How the load balancer tells that a container can take requests; times in seconds.

    With the defaults a dead container is found in 10 seconds; AWS's are 30 seconds and 5 good checks, 150 seconds.
    """

    path: str = "/"
    interval: int = 5
    timeout: int = 4
    healthy_threshold: int = 2
    unhealthy_threshold: int = 2
    success_codes: str = "200"
    grace_period: int = 60


def target_group(
    scope: Construct, id: str, vpc: ec2.IVpc, kind: elbv2.TargetType, settings: TargetSettings, check: HealthCheck
) -> elbv2.ApplicationTargetGroup:
    """A target group for containers that bring their own ports."""
    grpc = settings.protocol == "grpc"
    made = elbv2.ApplicationTargetGroup(
        scope,
        id,
        vpc=vpc,
        port=80,  # targets bring their own; another number here would replace the group
        protocol=elbv2.ApplicationProtocol.HTTP,
        protocol_version=_VERSIONS[settings.protocol],
        target_type=kind,
        deregistration_delay=seconds(settings.deregistration_delay),
        stickiness_cookie_duration=seconds(settings.stickiness) if settings.stickiness else None,
        slow_start=seconds(settings.slow_start) if settings.slow_start else None,
        health_check=elbv2.HealthCheck(
            path=check.path,
            port="traffic-port",
            interval=seconds(check.interval),
            timeout=seconds(check.timeout),
            healthy_threshold_count=check.healthy_threshold,
            unhealthy_threshold_count=check.unhealthy_threshold,
            healthy_http_codes=None if grpc else check.success_codes,
            healthy_grpc_codes=check.success_codes if grpc else None,
        ),
    )
    if not settings.slow_start:
        made.set_attribute("slow_start.duration_seconds", "0")  # said, as else it may stay as it was
    return made
