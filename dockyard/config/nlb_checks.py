"""What is wrong with `nlb` seen together with a service's other keys, and with those of other services."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dockyard.config.capacity import target
from dockyard.config.deployment import OF_HTTP, Deployment
from dockyard.config.domains import Domain, host_problems, hosts_of
from dockyard.config.http import Http
from dockyard.config.nlb import BY_UDP, NetworkLoadBalancer, Nlb
from dockyard.config.problems import Problem, all_of
from dockyard.config.project import EnvironmentSettings

MOST_GROUPS = 5
"""Target groups of a service of ECS.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html"""
MOST_RULES = 60
"""Rules for what comes in of a security group, by default. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""
_AT = ("nlb",)
_NLB: TypeAdapter[Nlb] = TypeAdapter(NetworkLoadBalancer)


def nlb_of(raw: Mapping[str, Any]) -> Nlb | None:
    """What a service has as `nlb`; None where it has none, or one with faults, which are told."""
    if raw.get("kind") != "web" or raw.get("nlb") is None:
        return None
    try:
        return _NLB.validate_python(raw["nlb"])
    except ValidationError:
        return None


def nlb_problems(
    raw: Mapping[str, Any], http: Http | None, deploy: Deployment | None, settings: EnvironmentSettings | None
) -> Iterator[Problem]:
    """Of one service."""
    nlb = nlb_of(raw)
    if nlb is None:
        return
    yield from _host_problems(nlb, settings)
    yield from _rule_problems(nlb)
    if _in_bridge_mode(raw):
        yield from _bridge_problems(nlb)
    port = raw.get("port", 8080)
    groups = len(nlb.targets(port if isinstance(port, int) else 0))
    of_http = len(http.entrances) if http else 0
    if groups + of_http > MOST_GROUPS:
        also = f" and {of_http} of http" if of_http else ""
        message = f"needs {groups} target groups{also}, and a service has {MOST_GROUPS}: let listeners share a target_port"
        yield Problem((*_AT, "listeners"), f"{message}, or make it two services")
    if deploy and deploy.has_alternate_targets:
        yield from _deployment_problems(nlb, deploy, alone=raw.get("http") is None, bridge=_in_bridge_mode(raw))
    if http is None and raw.get("http") is None:
        yield from _problems_without_http(raw)


def _host_problems(nlb: Nlb, settings: EnvironmentSettings | None) -> Iterator[Problem]:
    """Names and certificates are of domains, which there are none of beside a load balancer of others."""
    secure = any(one.protocol == "tls" for one in nlb.listeners)
    if settings and settings.load_balancer.existing and (nlb.host or secure):
        message = f"{'tls' if secure else 'host'} needs domains in dockyard.yaml, which do not go with load_balancer.existing"
        way_out = "take tcp, with TLS ended in the container, and no host, or make a load balancer instead of existing"
        yield Problem(_AT, f"{message}: {way_out}")
        return
    if secure and not nlb.host:
        yield Problem(_AT, "host is needed with tls: a name of a domain of dockyard.yaml, whose certificate clients are shown")
    if settings and nlb.host and not settings.domains:
        yield Problem((*_AT, "host"), "needs domains in dockyard.yaml, which it is a name of")
    for problem in host_problems(nlb.host, settings.domains) if settings else ():
        yield problem.below(*_AT)


def _rule_problems(nlb: Nlb) -> Iterator[Problem]:
    """Each range may connect to each port, by a rule of its own; `tcp_udp` has two."""
    ports = sum(2 if one.protocol == "tcp_udp" else 1 for one in nlb.listeners)
    if (rules := ports * (len({*nlb.source_ips}) or 1)) > MOST_RULES:
        message = f"needs {rules} rules of a security group, one a port, protocol and range, and it has {MOST_RULES}"
        way_out = "have fewer listeners or wider ranges, or make it two services"
        yield Problem((*_AT, "source_ips" if nlb.source_ips else "listeners"), f"{message}: {way_out}")


def _bridge_problems(nlb: Nlb) -> Iterator[Problem]:
    """A port of the server is picked for each port and protocol, so UDP has no port of TCP by which it could be checked."""
    way_out = "set network_mode: awsvpc, or run on Fargate"
    for index, one in enumerate(nlb.listeners):
        if one.protocol in BY_UDP:
            message = f"{one.protocol} needs a container with an address of its own, and network_mode is bridge: {way_out}"
            yield Problem((*_AT, "listeners", index), message)
    if nlb.health.port is not None:
        message = f"is another on each server where network_mode is bridge: remove it, or {way_out}"
        yield Problem((*_AT, "health", "port"), message)


def _in_bridge_mode(raw: Mapping[str, Any]) -> bool:
    return target(raw.get("runs_on", "fargate")) == "ec2" and raw.get("network_mode", "bridge") == "bridge"


def _deployment_problems(nlb: Nlb, deploy: Deployment, *, alone: bool, bridge: bool) -> Iterator[Problem]:
    """ECS shifts the connections of one listener, to tasks with addresses of their own.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html
    """
    key = "strategy" if deploy.in_stages else "alternate_targets"
    what, rolling = deploy.strategy if deploy.in_stages else key, "or set deploy: rolling"
    reasons = (
        (not alone, f"shifts what comes by http or by nlb, not both: make what has nlb a service of its own, {rolling}"),
        (
            len(nlb.listeners) > 1,
            f"shifts connections of one listener, and nlb has {len(nlb.listeners)}: keep one, {rolling}",
        ),
        (bridge, f"shifts connections to tasks with addresses of their own: set network_mode: awsvpc, {rolling}"),
    )
    for is_so, why in reasons:
        if is_so:
            yield Problem(("deploy", key), f"{what} {why}")
    if deploy.smoke:
        yield Problem(("deploy", "smoke"), "is asked by HTTP, which nlb does not speak: remove it")


def _problems_without_http(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """What is measured of requests."""
    why = "is of requests by http, and there is nlb alone: remove it, or add http"
    for key in ("requests", "response_time"):
        if isinstance(raw.get("count"), dict) and raw["count"].get(key) is not None:
            yield Problem(("count", key), why)
    alarms, deploy = raw.get("alarms"), raw.get("deploy")
    for key in OF_HTTP:
        if isinstance(alarms, dict) and alarms.get(key, "off") != "off":
            yield Problem(("alarms", key), why)
        named = deploy.get("alarms") if isinstance(deploy, dict) else None
        if isinstance(named, list) and key in named:
            yield Problem(("deploy", "alarms", named.index(key)), why)


def shared_host_problems(
    nlbs: Mapping[str, Nlb], https: Mapping[str, Http], domains: Mapping[str, Domain]
) -> Iterator[tuple[str, Problem]]:
    """Names that two load balancers would have a record for, each with the file of the service.

    :param https: what services have as `http`.
    """
    owners: dict[str, list[str]] = {}
    for service, http in https.items():
        for host in hosts_of(http, domains) if domains else ():
            owners.setdefault(host, []).append(f"http of service {service}")
    for service, nlb in nlbs.items():
        for host in nlb.host:
            if others := owners.get(host):
                message = f"{host} is the name of {all_of(others)} as well, and a name leads to one load balancer: take another"
                yield f"services/{service}/service.yaml", Problem((*_AT, "host"), message)
            owners[host] = [*(others or []), f"nlb of service {service}"]
