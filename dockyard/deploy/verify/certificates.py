"""Certificates that dockyard.yaml gives, and the hosted zones in which those that are made are validated."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dockyard.build.plan import side_by_side
from dockyard.config import Domain, domain_of, hosts_of
from dockyard.deploy.verify.check import Check, looked, ng, ok
from dockyard.deploy.verify.scene import Scene

SUBJECT = "domains"
SOON = timedelta(days=14)
"""So long before its end a certificate that AWS does not renew is told of."""


def certificate_checks(scene: Scene) -> Iterator[Check]:
    """Of each domain."""
    domains = scene.settings.domains

    def look(name: str) -> list[Check]:
        return [*looked(SUBJECT, name, lambda: _domain(scene, name, domains[name]))]

    for found in side_by_side(look, list(domains)):
        yield from found


def _domain(scene: Scene, name: str, domain: Domain) -> Iterator[Check]:
    if domain.certificate:
        told = described(scene.reading.acm, domain.certificate)
        yield certificate_check(SUBJECT, name, domain.certificate, told, hosts_of_domain(scene, name), datetime.now(UTC))
    if domain.hosted_zone:
        route53 = scene.reading.route53
        try:
            zone = route53.get_hosted_zone(Id=domain.hosted_zone)["HostedZone"]
        except route53.exceptions.NoSuchHostedZone:
            zone = None
        yield zone_check(name, domain.hosted_zone, zone)


def described(acm: Any, arn: str) -> Mapping[str, Any] | None:
    """What ACM tells of a certificate; None where it has none."""
    try:
        told: Mapping[str, Any] = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        return None
    return told


def hosts_of_domain(scene: Scene, domain: str) -> list[str]:
    """Names that services have of this domain."""
    domains = scene.settings.domains
    named = {host for route in scene.site.environment.routes.values() for host in hosts_of(route, domains)}
    return sorted(host for host in named if domain_of(host, domains) == domain)


def certificate_check(
    subject: str, name: str, arn: str, told: Mapping[str, Any] | None, hosts: Iterable[str], now: datetime
) -> Check:
    """It is issued, for all of the hosts, and does not end soon.

    :param told: what ACM tells of it; None where it has none.
    """
    if told is None:
        return ng(subject, name, f"no certificate {arn}", "name one in dockyard.yaml that is there, in this account and region")
    if told["Status"] != "ISSUED":
        way = "add the records that ACM asks for to the domain's zone, or request another"
        return ng(subject, name, f"its certificate is {told['Status']}", way)
    names = {told["DomainName"], *told.get("SubjectAlternativeNames", [])}
    if lacking := [host for host in hosts if not _covered(host, names)]:
        way = "request one for these as well, or give the services other hosts"
        return ng(subject, name, f"its certificate is not for {', '.join(lacking)}, but for {', '.join(sorted(names))}", way)
    ends = told.get("NotAfter")
    if ends and ends < now + SOON and told.get("RenewalEligibility") != "ELIGIBLE":
        return ng(
            subject, name, f"its certificate ends on {ends:%Y-%m-%d}, and ACM does not renew it", "import or request another"
        )
    return ok(subject, name, "its certificate is issued" + (f", until {ends:%Y-%m-%d}" if ends else ""))


def _covered(host: str, names: Iterable[str]) -> bool:
    return host in names or f"*.{host.partition('.')[2]}" in names


def zone_check(domain: str, id: str, zone: Mapping[str, Any] | None) -> Check:
    """It is the public zone that the domain is in."""
    if zone is None:
        return ng(SUBJECT, domain, f"no hosted zone {id}", "set domains in dockyard.yaml to the zone of the domain")
    name = str(zone["Name"]).rstrip(".")
    if zone.get("Config", {}).get("PrivateZone"):
        return ng(SUBJECT, domain, f"zone {id} is private, and certificates are validated in public ones", "name the public zone")
    if domain != name and not domain.endswith(f".{name}"):
        return ng(SUBJECT, domain, f"zone {id} is of {name}", f"name the zone of {domain}")
    return ok(SUBJECT, domain, f"zone {id} is of {name}; certificates are validated there")
