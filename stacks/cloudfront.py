"""CloudFront in front of the load balancer, in the platform's stack."""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront

from dockyard.config import Environment, domain_of, hosts_of, path_patterns
from dockyard_constructs import EdgeDistribution, LoadBalancer

_READ_TIMEOUT = 60, 120
"""Seconds: what is enough for most, and the most that CloudFront gives without a request.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""


def edge_distribution(stack: cdk.Stack, environment: Environment, balancer: LoadBalancer) -> cloudfront.Distribution | None:
    """For all names by which services and rules are called, where dockyard.yaml wants it."""
    shared = environment.settings.load_balancer
    settings, logs = shared.cloudfront, shared.access_logs
    if settings is None:
        return None
    least, most = _READ_TIMEOUT
    domains = environment.settings.domains
    called = {host for route in environment.routes.values() for host in hosts_of(route, domains)}
    made = EdgeDistribution(
        stack,
        "CloudFront",
        load_balancer=balancer.load_balancer,
        certificate=acm.Certificate.from_certificate_arn(stack, "EdgeCertificate", settings.certificate),
        domain_names=sorted(host for host in called or {next(iter(domains))} if domain_of(host, domains)),
        cached_paths=[pattern for path in settings.cached_paths for pattern in path_patterns(path)],
        read_timeout=cdk.Duration.seconds(max(least, min(shared.idle_timeout, most))),
        web_acl_arn=settings.web_acl,
        log_retention_days=logs.retention if logs else None,
    )
    return made.distribution
