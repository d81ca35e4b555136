"""The load balancer of an environment, in the platform's stack."""

from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard.config import Environment, Http, Project, Rule, Waf, rule_key
from dockyard_constructs import LoadBalancer, LogBucket, WebFirewall
from stacks.domains import add_records, certificates
from stacks.routes import answer, rule_route


def load_balancer(stack: cdk.Stack, project: Project, environment: Environment, vpc: ec2.IVpc) -> LoadBalancer:
    """One for all services, by HTTPS where the environment has domains."""
    settings, logs = environment.settings.load_balancer, environment.settings.load_balancer.access_logs
    front = LoadBalancer(
        stack,
        "LoadBalancer",
        vpc=vpc,
        idle_timeout=cdk.Duration.seconds(settings.idle_timeout),
        deletion_protection=settings.deletion_protection,
        desync_mitigation_mode=elbv2.DesyncMitigationMode[settings.desync_mitigation.upper()],
        log_bucket=LogBucket(stack, "AccessLogs", retention_days=logs.retention) if logs else None,
        connection_logs=logs is not None and logs.connections,
        https_outbound=any(isinstance(route, Http) and route.auth for route in environment.routes.values()),
        certificates=certificates(stack, environment.settings.domains),
    )
    add_records(stack, environment, front.load_balancer)
    for name, rule in settings.rules.items():
        number = project.lock.priority(rule, environment=environment.name, service=rule_key(name))
        front.add_rule(f"Rule-{name}", rule_route(rule, number), _action(rule))
    if settings.waf:
        _protect(stack, front, settings.waf, f"{project.name}-{environment.name}")
    return front


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


def _protect(stack: cdk.Stack, front: LoadBalancer, waf: Waf, name: str) -> None:
    firewall = WebFirewall(
        stack,
        "Firewall",
        mode=waf.mode,
        managed_rules=waf.managed_rules,
        rate_limit=None if waf.rate_limit == "off" else waf.rate_limit,
        log_group_name=f"aws-waf-logs-{name}" if waf.logs else None,
    )
    firewall.protect(front.load_balancer.load_balancer_arn)
