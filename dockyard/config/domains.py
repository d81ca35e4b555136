"""The `domains` part of dockyard.yaml: where there is one, services answer by HTTPS."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from dockyard.config.http import Http
from dockyard.config.model import Model, words
from dockyard.config.problems import Problem, one_of
from dockyard.config.route import Route

DomainName = Annotated[
    str, words("a domain such as example.com, in lower case", r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
]


class Domain(Model):
    """A domain that services have hosts of: its own name, and names just below it."""

    hosted_zone: Annotated[str, words("the id of a hosted zone such as Z0123456789ABCDEFGHIJ", r"Z[A-Z0-9]{1,31}")] | None = None
    """Id of the public hosted zone in Route 53 that the domain is in. The certificate is validated there, and the names of
    services get records there."""
    certificate: (
        Annotated[
            str,
            words(
                "the ARN of a certificate such as arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-…",
                r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-zA-Z-]+",
            ),
        ]
        | None
    ) = None
    """ARN of a certificate in ACM, in the region of the load balancer, for the names that services have. Default: one for the
    domain and for `*.` below it is made, and validated in the hosted zone."""

    @model_validator(mode="after")
    def _gives_a_certificate(self) -> "Domain":
        if self.hosted_zone is None and self.certificate is None:
            raise ValueError("should have hosted_zone (a certificate is made), certificate (its ARN) or both, got neither")
        return self


Domains = Annotated[dict[DomainName, Domain], Field(max_length=26)]
"""By name. A load balancer has 25 certificates besides its first.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""


def domain_of(host: str, domains: Iterable[str]) -> str | None:
    """The domain whose certificate covers a host: its own name or, as for any wildcard, one label more."""
    return next((name for name in (host, host.partition(".")[2]) if name in domains), None)


def hosts_of(route: Route, domains: Iterable[str]) -> tuple[str, ...]:
    """Names by which it is called: one that names none answers to every host, and its address is the first domain's."""
    return route.host or tuple(domains)[:1]


def record_problems(environments: Mapping[str, tuple[Mapping[str, Domain], Iterable[str]]]) -> Iterator[Problem]:
    """Names that two environments would have a record for in one hosted zone; the second deploy would fail.

    :param environments: by name, the domains of each and the hosts that its services are called by.
    """
    owners: dict[tuple[str, str], str] = {}
    for environment, (domains, hosts) in environments.items():
        for host in sorted({*hosts}):
            zone = domains[name].hosted_zone if (name := domain_of(host, domains)) else None
            if zone and (other := owners.setdefault((zone, host), environment)) != environment:
                message = f"its record of {host} in {zone} is that of environment {other} as well"
                way_out = "give one of them another domain here, or the services another http.host there"
                yield Problem(("environments", environment, "domains"), f"{message}; {way_out}")


def https_problems(http: Http) -> Iterator[Problem]:
    """What needs HTTPS, told where there is none."""
    if http.protocol != "http":
        yield Problem(("protocol",), f"{http.protocol} needs HTTPS: give dockyard.yaml a domain (domains), or take http")
    if http.auth:
        yield Problem(("auth",), "needs HTTPS: give dockyard.yaml a domain (domains)")


def host_problems(hosts: Iterable[str], domains: Mapping[str, Domain]) -> Iterator[Problem]:
    """Hosts that no certificate covers. Without domains all is HTTP, and every host is good."""
    for host in hosts if domains else ():
        if domain_of(host, domains) is None:
            allowed = one_of([text for name in domains for text in (name, f"*.{name}", f"NAME.{name}")])
            yield Problem(("host",), f'should be {allowed}, as the domains of dockyard.yaml are, got "{host}"')
