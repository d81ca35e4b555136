"""What a month of a template costs before and after, as far as the price tables tell: tasks on Fargate, and servers.

By list prices of one region (`dockyard.capacity.cost`), and by the counts of the template: of scaling by hand it knows nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dockyard.capacity.cost import ec2_month, fargate_month, spot
from dockyard.capacity.fit import Need, servers
from dockyard.capacity.instances import InstanceType, instance_types
from dockyard.deploy.diff.template import Template, entries, only

Range = tuple[float, float]
"""US dollars a month, at least and at most."""
_HOURLY = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load balancer",
    "AWS::ElasticLoadBalancingV2::TrustStore": "trust store",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::VPCEndpoint": "endpoint of a VPC",
    "AWS::RDS::DBInstance": "instance of a database",
    "AWS::WAFv2::WebACL": "web ACL",
    "AWS::KMS::Key": "key of KMS",
    "AWS::SecretsManager::Secret": "secret of Secrets Manager",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::Route53::HostedZone": "hosted zone",
}
"""What is paid for by time, and in none of the tables."""
_FREE = {"AWS::EC2::VPCEndpoint": ("VpcEndpointType", "Gateway")}


@dataclass(frozen=True)
class Priced:
    """What is paid for by time."""

    what: str
    month: Range | None
    """None where no table has its price."""


@dataclass(frozen=True)
class Group:
    """Servers that come and go with the tasks."""

    instance: InstanceType
    fewest: int
    most: int
    month: float
    """Of one, at least."""


@dataclass(frozen=True)
class OnServers:
    """What of a stack shares servers with what other stacks have."""

    tasks: Sequence[tuple[Need, int]] = ()
    """What one takes, and the fewest that there are."""
    group: Group | None = None


@dataclass(frozen=True)
class CostChange:
    """A month of one stack."""

    before: Range
    after: Range
    unpriced_before: Mapping[str, int]
    """What is paid for besides, and has no price here, and how many of it."""
    unpriced_after: Mapping[str, int]
    on_servers_before: OnServers
    on_servers_after: OnServers


def cost_change(before: Template, after: Template) -> CostChange:
    """Of two templates of a stack."""
    old, new = [*priced(before)], [*priced(after)]
    return CostChange(_sum(old), _sum(new), _unpriced(old), _unpriced(new), _on_servers(before), _on_servers(after))


def together(stacks: Sequence[tuple[Range, OnServers]]) -> Range:
    """A month of several stacks. The fewest tasks keep servers that a group alone would not have."""
    low, high = _added([month for month, _ in stacks])
    groups = [shared.group for _, shared in stacks if shared.group]
    if len(groups) != 1:
        return low, high
    (group,) = groups
    needed = servers([task for _, shared in stacks for task in shared.tasks], group.instance) or 0
    return round(low + max(0, min(needed, group.most) - group.fewest) * group.month, 2), high


def _added(ranges: list[Range]) -> Range:
    return round(sum(low for low, _ in ranges), 2), round(sum(high for _, high in ranges), 2)


def _sum(found: list[Priced]) -> Range:
    return _added([one.month for one in found if one.month])


def _unpriced(found: list[Priced]) -> Mapping[str, int]:
    return Counter(one.what for one in found if one.month is None)


def priced(template: Template) -> Iterator[Priced]:
    """All of it."""
    for id, service in template.of_type("AWS::ECS::Service"):
        if found := _service(template, id, service):
            yield found
    for _, group in template.of_type("AWS::AutoScaling::AutoScalingGroup"):
        yield _servers(template, group)
    for kind, what in _HOURLY.items():
        for _, properties in template.of_type(kind):
            key, value = _FREE.get(kind, ("", ""))
            if not key or properties.get(key, value) != value:
                yield Priced(what, None)


def _on_servers(template: Template) -> OnServers:
    """What shares servers: services by the sizes of their containers."""
    tasks = []
    for id, service in template.of_type("AWS::ECS::Service"):
        definition, counts = _definition(template, service), _counts(template, id, service)
        if counts and "EC2" in (definition.get("RequiresCompatibilities") or []):
            sizes = entries(definition.get("ContainerDefinitions"))
            cpu, memory = (_total(sizes, *keys) for keys in (("Cpu",), ("Memory", "MemoryReservation")))
            asked = [two for one in sizes for two in entries(one.get("ResourceRequirements")) if two.get("Type") == "GPU"]
            tasks.append((Need(cpu, memory, sum(int(str(one.get("Value"))) for one in asked)), counts[0]))
    groups = [_group(template, group) for _, group in template.of_type("AWS::AutoScaling::AutoScalingGroup")]
    return OnServers(tuple(tasks), groups[0] if len(groups) == 1 else None)


def _total(sizes: Sequence[Mapping[str, Any]], *keys: str) -> int:
    """Of all containers, by the first of these keys that each has."""
    return sum(next((value for key in keys if isinstance(value := one.get(key), int)), 0) for one in sizes)


def _definition(template: Template, service: Mapping[str, Any]) -> Mapping[str, Any]:
    return only(template.resources.get(only(service.get("TaskDefinition")).get("Ref", ""))).get("Properties") or {}


def _service(template: Template, id: str, service: Mapping[str, Any]) -> Priced | None:
    """None where it is on servers, which are priced by themselves."""
    weights = {str(one.get("CapacityProvider")): one for one in entries(service.get("CapacityProviderStrategy"))}
    definition = _definition(template, service)
    if "FARGATE" not in (definition.get("RequiresCompatibilities") or []):
        return None
    counts = _counts(template, id, service)
    try:
        cpu, memory = int(definition["Cpu"]) / 1024, int(definition["Memory"])
    except (KeyError, TypeError, ValueError):
        return Priced("service on Fargate", None)
    what = f"task of {cpu:g} vCPU and {memory} MiB on Fargate"
    if counts is None:
        return Priced(what, None)
    arm = only(definition.get("RuntimePlatform")).get("CpuArchitecture") == "ARM64"
    each = fargate_month(cpu, memory, arm=arm)
    low, high = counts
    return Priced(what, (round(_least(low, each, weights), 2), round(high * each, 2)))


def _least(count: int, each: float, weights: Mapping[str, Mapping[str, Any]]) -> float:
    """The least that so many tasks cost: those that the strategy gives to Spot at its lowest price."""
    if "FARGATE_SPOT" not in weights:
        return count * each
    base = min(count, sum(int(one.get("Base", 0)) for name, one in weights.items() if name == "FARGATE"))
    total = sum(int(one.get("Weight", 0)) for one in weights.values()) or 1
    share = int(weights["FARGATE_SPOT"].get("Weight", 0)) / total
    on_spot = (count - base) * share
    return (count - on_spot) * each + on_spot * spot(each, "fargate")


def _counts(template: Template, id: str, service: Mapping[str, Any]) -> tuple[int, int] | None:
    """Fewest and most tasks; None where only CloudFormation knows."""
    for _, scaled in template.of_type("AWS::ApplicationAutoScaling::ScalableTarget"):
        if id in str(scaled.get("ResourceId")):
            low, high = scaled.get("MinCapacity"), scaled.get("MaxCapacity")
            return (low, high) if isinstance(low, int) and isinstance(high, int) else None
    count = service.get("DesiredCount", 1)
    return (count, count) if isinstance(count, int) else None


def _servers(template: Template, group: Mapping[str, Any]) -> Priced:
    found, name = _group(template, group), _instance_name(template, group)
    what = f"server {name}" if name else "server"
    if found is None:
        return Priced(what, None)
    return Priced(what, (round(found.fewest * found.month, 2), round(found.most * ec2_month(found.instance), 2)))


def _group(template: Template, group: Mapping[str, Any]) -> Group | None:
    """None where its type has no price here, or only CloudFormation knows how many there are."""
    instance = instance_types().get(_instance_name(template, group))
    low, high = (str(group.get(key)) for key in ("MinSize", "MaxSize"))
    if instance is None or not (low.isdigit() and high.isdigit()):
        return None
    distribution = only(only(group.get("MixedInstancesPolicy")).get("InstancesDistribution"))
    each = ec2_month(instance)
    cheap = spot(each, "ec2") if distribution.get("OnDemandPercentageAboveBaseCapacity") == 0 else each
    return Group(instance, int(low), int(high), cheap)


def _instance_name(template: Template, group: Mapping[str, Any]) -> str:
    """Its first type; empty where it names none."""
    overrides = entries(only(only(group.get("MixedInstancesPolicy")).get("LaunchTemplate")).get("Overrides"))
    name = next((one.get("InstanceType") for one in overrides if isinstance(one.get("InstanceType"), str)), None)
    return name or next((found for _, one in template.of_type("AWS::EC2::LaunchTemplate") if (found := _type_of(one))), "")


def _type_of(launch_template: Mapping[str, Any]) -> str | None:
    found = only(launch_template.get("LaunchTemplateData")).get("InstanceType")
    return found if isinstance(found, str) else None
