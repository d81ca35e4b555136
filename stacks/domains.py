"""Certificates and names of an environment's domains, in the platform's stack.

A name has one record, however many services answer to it, so services cannot have it in stacks of their own.
"""

from collections.abc import Iterator
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets

from dockyard.config import Domain, Environment, Http, domain_of, hosts_of


def certificates(stack: cdk.Stack, domains: dict[str, Domain]) -> list[acm.ICertificate]:
    """One a domain, for its name and names just below it; those that are there are taken."""
    return [_certificate(stack, name, domain) for name, domain in domains.items()]


def add_records(
    stack: cdk.Stack,
    environment: Environment,
    entrance: elbv2.IApplicationLoadBalancer | cloudfront.IDistribution,
    internal: elbv2.IApplicationLoadBalancer | None = None,
) -> None:
    """A record for each name by which services are called, in the hosted zones that are given; by IPv6 one more."""
    by_ipv6 = environment.settings.dualstack or environment.settings.load_balancer.cloudfront is not None
    for host, (name, hosted_zone, side) in host_zones(environment).items():
        inside = internal is not None and side == "internal"
        target = route53.RecordTarget.from_alias(_alias(internal if internal and inside else entrance))
        its_zone = zone(stack, f"Zone-{host}", name, hosted_zone)
        route53.ARecord(stack, f"Record-{host}", zone=its_zone, record_name=f"{host}.", target=target)
        if by_ipv6 and not inside:
            route53.AaaaRecord(stack, f"Record-{host}-IPv6", zone=its_zone, record_name=f"{host}.", target=target)


def _alias(where: elbv2.IApplicationLoadBalancer | cloudfront.IDistribution) -> route53.IAliasRecordTarget:
    if isinstance(where, cloudfront.Distribution):
        return targets.CloudFrontTarget(where)
    return targets.LoadBalancerTarget(cast("elbv2.IApplicationLoadBalancer", where))


def host_zones(environment: Environment) -> dict[str, tuple[str, str, str]]:
    """Each name by which services are called to its domain, the hosted zone of that, and where it leads to.

    It leads inside where all that has the name is internal.
    """
    domains = environment.settings.domains
    public = set(_hosts(environment, "public"))
    found = {}
    for host in sorted(public | set(_hosts(environment, "internal"))):
        name = domain_of(host, domains)
        if name and (hosted_zone := domains[name].hosted_zone):
            found[host] = (name, hosted_zone, "public" if host in public else "internal")
    return found


def _hosts(environment: Environment, entrance: str) -> Iterator[str]:
    """What services and rules are called by."""
    for route in environment.routes.values():
        entrances = route.entrances if isinstance(route, Http) else ("public",)
        if entrance in entrances:
            yield from hosts_of(route, environment.settings.domains)


def _certificate(stack: cdk.Stack, name: str, domain: Domain) -> acm.ICertificate:
    if domain.certificate:
        return acm.Certificate.from_certificate_arn(stack, f"Certificate-{name}", domain.certificate)
    assert domain.hosted_zone  # noqa: S101  # its model says that one of both is there
    return acm.Certificate(
        stack,
        f"Certificate-{name}",
        domain_name=name,
        subject_alternative_names=[f"*.{name}"],
        validation=acm.CertificateValidation.from_dns(zone(stack, f"Zone-{name}-Validation", name, domain.hosted_zone)),
    )


def zone(stack: cdk.Stack, id: str, name: str, hosted_zone: str) -> route53.IHostedZone:
    """The hosted zone with that id, of that domain."""
    return route53.HostedZone.from_hosted_zone_attributes(stack, id, hosted_zone_id=hosted_zone, zone_name=name)
