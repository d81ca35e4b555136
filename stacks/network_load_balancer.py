"""The Network Load Balancer of a service, in the service's own stack, with the records of its names.

A port is all that tells services apart at such a load balancer, so each has its own (docs/design.md).
"""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3

from dockyard.config import Nlb, Web, domain_of, has_own_address
from dockyard_constructs import NetworkListener, NetworkLoadBalancer, NetworkTargets
from stacks.domains import zone
from stacks.network import one_a_zone
from stacks.surroundings import Surroundings


def network_load_balancer(around: Surroundings, settings: Web) -> NetworkLoadBalancer | None:
    """Where the service has one."""
    nlb, shared = settings.nlb, around.environment.settings.load_balancer
    if nlb is None:
        return None
    public = nlb.reach == "public"
    vpc = around.public_network("NetworkEntrance") if public else around.task_network("NetworkEntrance")
    made = NetworkLoadBalancer(
        around.stack,
        "Nlb",
        vpc=vpc,
        subnets=one_a_zone([*vpc.public_subnets, *vpc.private_subnets], around.environment.settings.network),
        internet_facing=public,
        sources=nlb.source_ips or (None if public else [around.platform.cidr]),
        listeners=[NetworkListener(one.port, one.protocol, one.target_port) for one in nlb.listeners],
        targets=_targets(nlb),
        certificates=_certificates(around, nlb) if any(one.protocol == "tls" for one in nlb.listeners) else [],
        cross_zone=nlb.cross_zone,
        deletion_protection=shared.deletion_protection and around.environment.settings.preview is None,
        log_bucket=_log_bucket(around) if shared.access_logs else None,
        servers=None if has_own_address(settings) else around.opened_servers(),
    )
    _add_records(around, nlb, made)
    return made


def addresses(nlb: Nlb, dns_name: str) -> list[str]:
    """Where it answers: `tls://mqtt.example.com:8883`, one a port, at its first name or the load balancer's own."""
    host = next(iter(nlb.host), dns_name)
    return [f"{one.protocol.replace('_', '+')}://{host}:{one.port}" for one in nlb.listeners]


def _targets(nlb: Nlb) -> NetworkTargets:
    health = nlb.health.model_dump(exclude={"path", "port"})
    return NetworkTargets(
        deregistration_delay=nlb.deregistration_delay,
        stickiness=nlb.stickiness,
        preserve_client_ip=nlb.preserve_client_ip,
        health_path=nlb.health.path,
        health_port=nlb.health.port,
        **health,
    )


def _certificates(around: Surroundings, nlb: Nlb) -> list[acm.ICertificate]:
    """Those of the domains that its names are of."""
    domains = around.environment.settings.domains
    names = dict.fromkeys(name for host in nlb.host if (name := domain_of(host, domains)))
    arns = {name: domains[name].certificate or around.value(f"certificate-{name}") for name in names}
    return [acm.Certificate.from_certificate_arn(around.stack, f"Certificate-{name}", arn) for name, arn in arns.items()]


def _log_bucket(around: Surroundings) -> s3.IBucket:
    return s3.Bucket.from_bucket_name(around.stack, "AccessLogs", around.value("log-bucket"))


def _add_records(around: Surroundings, nlb: Nlb, made: NetworkLoadBalancer) -> None:
    domains = around.environment.settings.domains
    for host in nlb.host:
        name = domain_of(host, domains)
        if name and (hosted_zone := domains[name].hosted_zone):
            route53.ARecord(
                around.stack,
                f"Record-{host}",
                zone=zone(around.stack, f"Zone-{host}", name, hosted_zone),
                record_name=f"{host}.",
                target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(made.load_balancer)),
            )
