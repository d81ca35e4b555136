"""The load balancer of an environment, in the platform's stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard.config import Environment, ExistingListener, Http, Project, Rule, Waf, rule_key
from dockyard_constructs import LoadBalancer, LogBucket, WebFirewall, listener_rule
from stacks.cloudfront import edge_distribution
from stacks.domains import add_records, certificates
from stacks.mutual_tls import mutual_authentication
from stacks.network import one_a_zone, task_subnet_type
from stacks.routes import answer, rule_route


@dataclass(frozen=True)
class Front:
    """What clients come by: what others need to know of it."""

    listener: elbv2.IApplicationListener
    security_group: ec2.ISecurityGroup
    dns_name: str
    full_name: str
    """`app/<name>/<id>`, by which its metrics are found."""
    certificates: Mapping[str, str] = field(default_factory=dict)
    """Domain to the ARN of the certificate that was made for it."""
    log_bucket: str | None = None
    """Name of the bucket of its logs, where it has one."""
    internal: "Front | None" = None
    """The same for those inside of the network; its security group is the same."""


def front(stack: cdk.Stack, project: Project, environment: Environment, vpc: ec2.IVpc) -> Front:
    """The load balancer of all services, or a listener that is there already."""
    settings = environment.settings.load_balancer
    if settings.existing:
        found = _existing(stack, settings.existing)
    else:
        made = _load_balancer(stack, project, environment, vpc)
        inside = _internal(stack, environment, vpc, made) if settings.internal else None
        own = {
            name: one.certificate_arn
            for (name, domain), one in zip(environment.settings.domains.items(), made.certificates, strict=True)
            if not domain.certificate
        }
        entrance = edge_distribution(stack, environment, made)
        found = replace(_front(made, _front(inside) if inside else None), certificates=own)
        if entrance:
            found = replace(found, dns_name=entrance.distribution_domain_name)
        add_records(stack, environment, entrance or made.load_balancer, inside.load_balancer if inside else None)
    for name, rule in settings.rules.items():
        number = project.lock.priority(rule, environment=environment.name, service=rule_key(name))
        listener_rule(stack, f"Rule-{name}", found.listener, rule_route(rule, number), _action(rule))
    return found


def _front(made: LoadBalancer, internal: Front | None = None) -> Front:
    dns_name = made.load_balancer.load_balancer_dns_name
    found = Front(made.listener, made.security_group, dns_name, made.full_name, internal=internal)
    return replace(found, log_bucket=made.log_bucket.bucket_name) if made.log_bucket else found


def _internal(stack: cdk.Stack, environment: Environment, vpc: ec2.IVpc, public: LoadBalancer) -> LoadBalancer:
    """As the public one, where tasks are, and by IPv4 alone, which all have there.

    Its security group is the same, so that tasks and servers let in just one.
    """
    return LoadBalancer(
        stack,
        "InternalLoadBalancer",
        vpc=vpc,
        internet_facing=False,
        subnets=_task_subnets(environment, vpc),
        log_bucket=public.log_bucket,
        security_group=public.security_group,
        certificates=public.certificates,
        mutual_authentication=public.mutual_authentication,
        **_common(environment),
    )


def _existing(stack: cdk.Stack, settings: ExistingListener) -> Front:
    group = ec2.SecurityGroup.from_security_group_id(stack, "LoadBalancerSecurityGroup", settings.security_group, mutable=False)
    listener = elbv2.ApplicationListener.from_application_listener_attributes(
        stack, "Listener", listener_arn=settings.listener, security_group=group
    )
    return Front(listener, group, settings.dns_name, settings.full_name)


def _load_balancer(stack: cdk.Stack, project: Project, environment: Environment, vpc: ec2.IVpc) -> LoadBalancer:
    """By HTTPS where the environment has domains."""
    settings, logs = environment.settings.load_balancer, environment.settings.load_balancer.access_logs
    made = LoadBalancer(
        stack,
        "LoadBalancer",
        vpc=vpc,
        **_behind(environment, vpc),
        log_bucket=LogBucket(stack, "AccessLogs", retention_days=logs.retention) if logs else None,
        https_outbound=any(isinstance(route, Http) and route.auth for route in environment.routes.values()),
        certificates=certificates(stack, environment.settings.domains),
        mutual_authentication=mutual_authentication(stack, project.root, settings.mutual_tls),
        ip_address_type=elbv2.IpAddressType.DUAL_STACK if environment.settings.dualstack else elbv2.IpAddressType.IPV4,
        **_common(environment),
    )
    if settings.waf:
        _protect(stack, made, settings.waf, f"{project.name}-{environment.name}")
    return made


def _task_subnets(environment: Environment, vpc: ec2.IVpc) -> ec2.SubnetSelection:
    network = environment.settings.network
    return one_a_zone(vpc.select_subnets(subnet_type=task_subnet_type(network)).subnets, network)


def _behind(environment: Environment, vpc: ec2.IVpc) -> dict[str, Any]:
    """Behind CloudFront it is where tasks are, and lets in CloudFront alone, by HTTPS: its addresses fill a security group."""
    settings = environment.settings
    if settings.load_balancer.cloudfront is None:
        return {}
    return {
        "internet_facing": False,
        "subnets": _task_subnets(environment, vpc),
        "clients": ec2.Peer.prefix_list(settings.load_balancer.cloudfront.prefix_list),
    }


def _common(environment: Environment) -> dict[str, Any]:
    """What both load balancers have."""
    settings = environment.settings.load_balancer
    return {
        "idle_timeout": cdk.Duration.seconds(settings.idle_timeout),
        "deletion_protection": settings.deletion_protection,
        "desync_mitigation_mode": elbv2.DesyncMitigationMode[settings.desync_mitigation.upper()],
        "connection_logs": settings.access_logs is not None and settings.access_logs.connections,
    }


def _action(rule: Rule) -> elbv2.ListenerAction:
    if rule.answer:
        return answer(rule.answer)
    where = urlsplit((rule.redirect or "").replace("#{", "{"))  # a # would begin a fragment

    def part(text: str | None) -> str | None:
        return text.replace("{", "#{") if text else None

    return elbv2.ListenerAction.redirect(
        protocol=where.scheme.upper() or None,
        host=part(where.netloc.partition(":")[0]),
        port=where.netloc.partition(":")[2] or {"https": "443", "http": "80"}.get(where.scheme),
        path=part(where.path),
        query=part(where.query),
        permanent=rule.permanent,
    )


def _protect(stack: cdk.Stack, balancer: LoadBalancer, waf: Waf, name: str) -> None:
    firewall = WebFirewall(
        stack,
        "Firewall",
        mode=waf.mode,
        managed_rules=waf.managed_rules,
        rate_limit=None if waf.rate_limit == "off" else waf.rate_limit,
        log_group_name=f"aws-waf-logs-{name}" if waf.logs else None,
    )
    firewall.protect(balancer.load_balancer.load_balancer_arn)
