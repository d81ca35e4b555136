"""Quotas of the account that the environment could meet: vCPUs of Fargate, load balancers and their rules.

What others in the account use of the vCPUs is not known here. https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.capacity.cost import fargate_size
from dockyard.capacity.estimate import tasks
from dockyard.config import Environment, Service, Web, shares, target
from dockyard.deploy.verify.check import Check, ng, ok, skip, untold
from dockyard.deploy.verify.scene import Scene

SUBJECT = "quotas"
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
VCPUS, SPOT_VCPUS = "Fargate On-Demand vCPU resource count", "Fargate Spot vCPU resource count"
BALANCERS, RULES = "Application Load Balancers per Region", "Rules per Application Load Balancer"
NETWORK_BALANCERS = "Network Load Balancers per Region"
QUOTAS = {"fargate": (VCPUS, SPOT_VCPUS), "elasticloadbalancing": (BALANCERS, RULES, NETWORK_BALANCERS)}
"""Service to the names of those that are looked at."""


def quota_checks(scene: Scene) -> Iterator[Check]:
    """Each of them, as far as the account tells of it."""
    quotas: dict[str, float] = {}
    for service, names in QUOTAS.items():
        try:
            quotas |= told(scene.reading.quotas, service, names)
        except (ClientError, BotoCoreError) as error:
            yield skip(SUBJECT, service, untold(error))
    on_demand, spot = vcpus(scene.site.environment.services)
    rules = rules_needed(scene.site.environment)
    yield from vcpu_checks(quotas, on_demand, spot)
    if RULES in quotas:
        yield rule_check(quotas[RULES], rules, scene.settings.load_balancer.most_rules)
    if BALANCERS in quotas and not scene.settings.load_balancer.existing and any(_is_web(scene.site.environment)):
        pages = scene.reading.elbv2.get_paginator("describe_load_balancers").paginate()
        there = sum(one["Type"] == "application" for page in pages for one in page["LoadBalancers"])
        own = len(scene.made(scene.site.service_stack("platform"), _BALANCER))
        yield balancer_check(quotas[BALANCERS], there - own, 2 if scene.settings.load_balancer.internal else 1)
    yield from _network_balancer_checks(scene, quotas)


def _network_balancer_checks(scene: Scene, quotas: Mapping[str, float]) -> Iterator[Check]:
    """Those that services have of their own, besides those that are there; of services that are, they are among these."""
    wanted = [name for name, one in scene.services.items() if isinstance(one, Web) and one.nlb]
    if wanted and NETWORK_BALANCERS in quotas:
        pages = scene.reading.elbv2.get_paginator("describe_load_balancers").paginate()
        there = sum(one["Type"] == "network" for page in pages for one in page["LoadBalancers"])
        own = sum(len(scene.made(scene.site.service_stack(name), _BALANCER)) for name in wanted)
        yield balancer_check(quotas[NETWORK_BALANCERS], there - own, len(wanted), NETWORK_BALANCERS)


def told(client: Any, service: str, names: Collection[str]) -> dict[str, float]:
    """Those of a service's quotas that have these names: the account's own, and AWS's default where it tells of no own one.

    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
    """
    found: dict[str, float] = {}
    for operation in ("list_service_quotas", "list_aws_default_service_quotas"):
        if set(names) <= found.keys():
            break
        pages = client.get_paginator(operation).paginate(ServiceCode=service)
        found = {one["QuotaName"]: one["Value"] for page in pages for one in page["Quotas"] if one["QuotaName"] in names} | found
    return found


def _is_web(environment: Environment) -> Iterator[bool]:
    yield from (isinstance(one, Web) and one.http is not None for one in environment.services.values())


def vcpus(services: Mapping[str, Service]) -> tuple[float, float]:
    """On-Demand and Spot at the most: all tasks, and once more those of the largest service while it is deployed."""
    most, largest = [0.0, 0.0], [0.0, 0.0]
    for service in services.values():
        if target(service.runs_on) != "fargate" or (size := fargate_size(service.cpu, service.memory)) is None:
            continue
        mix, needs = shares(service.runs_on), size[0] * tasks(service)[1]
        for kind, used in enumerate((mix.fargate or mix.base, mix.fargate_spot)):
            if used:
                most[kind] += needs
                largest[kind] = max(largest[kind], needs)
    return most[0] + largest[0], most[1] + largest[1]


def vcpu_checks(quotas: Mapping[str, float], on_demand: float, spot: float) -> Iterator[Check]:
    """The services at their most, and while the largest is deployed."""
    for name, needed, short in ((VCPUS, on_demand, "Fargate vCPU"), (SPOT_VCPUS, spot, "Fargate Spot vCPU")):
        if needed and name in quotas:
            yield _within(short, name, quotas[name], needed, f"{needed:g} at the most, with a deployment under way")


def rules_needed(environment: Environment) -> int:
    """Rules of one load balancer, that of a page of maintenance and that of test requests included."""
    webs = [(one.http, one.deploy) for one in environment.services.values() if isinstance(one, Web) and one.http]
    more = sum((http.maintenance is not None) + deploy.has_test_rule for http, deploy in webs)
    return len(environment.routes) + more


def rule_check(quota: float, needed: int, configured: int) -> Check:
    """The rules fit, and `most_rules` does not promise more than there may be."""
    if configured > quota:
        got = f"load_balancer.most_rules is {configured}, and the quota is {quota:g}"
        return ng(
            SUBJECT, "rules", got, f'have "{RULES}" raised (Service Quotas), or set most_rules to {quota:g} in dockyard.yaml'
        )
    return _within("rules", RULES, quota, needed, f"{needed} of a load balancer")


def balancer_check(quota: float, others: int, needed: int, name: str = BALANCERS) -> Check:
    """So many besides those of others."""
    short = "load balancers" if name == BALANCERS else "network load balancers"
    return _within(short, name, quota, others + needed, f"{needed} besides {others} of others")


def _within(short: str, name: str, quota: float, needed: float, told: str) -> Check:
    if needed > quota:
        return ng(SUBJECT, short, f"{told}, and the quota is {quota:g}", f'have "{name}" raised (Service Quotas), or need less')
    return ok(SUBJECT, short, f"{told}, of {quota:g}")
