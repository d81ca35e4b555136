"""What the services of an environment need and cost: on each instance type of its cluster, and on Fargate."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dockyard.capacity.cost import dates, ec2_month, fargate_month, fargate_size, outdated, prices, spot
from dockyard.capacity.fit import Need, Network, fitting, servers
from dockyard.capacity.instances import InstanceType, instance_types
from dockyard.config import Environment, Job, Service, Task, target

EXAMPLES = ("t3.medium", "m7i.large")
"""What is compared where the cluster has no servers."""
GPU_EXAMPLE = "g6.xlarge"
"""The same, where a service needs GPUs."""

Range = tuple[float, float]
"""US dollars a month, with the fewest tasks and with the most."""


@dataclass(frozen=True)
class Fit:
    """Tasks of one service on one instance type."""

    instance: str
    bridge: int
    awsvpc: int
    trunking: int
    """Of awsvpc, with ENI trunking."""
    ec2: Range | None
    """Its share of servers that are full, in `bridge` mode; None where a task has no room."""
    ec2_spot_from: Range | None


@dataclass(frozen=True)
class ServiceEstimate:
    """One service."""

    service: str
    runs_on: str
    vcpus: float
    memory: int
    gpus: int
    tasks: tuple[int, int]
    """Fewest and most."""
    fits: tuple[Fit, ...]
    fargate: Range | None
    """None where no size of Fargate has room for it, or it needs GPUs, which Fargate has not."""
    fargate_spot_from: Range | None


@dataclass(frozen=True)
class Together:
    """All services on one instance type: whole servers, in `bridge` mode."""

    instance: str
    servers: tuple[int, int] | None
    ec2: Range | None
    ec2_spot_from: Range | None


@dataclass(frozen=True)
class Fleet:
    """The services that run on the cluster's own servers, on those of its first type."""

    instance: str
    servers: tuple[int, int] | None
    """With the fewest tasks and with the most; None where a task has no room."""
    most: int
    """So many there may be (`cluster.ec2.max`)."""


@dataclass(frozen=True)
class Estimate:
    """All of it, with where the prices are from."""

    region: str
    prices_of: tuple[str, ...]
    outdated: bool
    """Whether list prices are older than a year."""
    services: tuple[ServiceEstimate, ...]
    together: tuple[Together, ...]
    fleet: Fleet | None
    """None where nothing runs on servers, or not all services are meant."""
    examples: bool
    """Whether the cluster has no servers, and examples were taken."""
    unknown: tuple[str, ...]
    """Instance types of the cluster that the table lacks."""


def estimate(environment: Environment, services: Sequence[str] = (), today: datetime.date | None = None) -> Estimate:
    """Of an environment, deployed or not.

    :param services: these alone, and nothing of all together, which share servers. Default: all.
    """
    meant = {name: one for name, one in environment.services.items() if not services or name in services}
    ec2 = environment.settings.cluster.ec2
    examples = (*EXAMPLES, *([GPU_EXAMPLE] if any(one.gpu for one in meant.values()) else []))
    names, known = ec2.instance_types if ec2 else examples, instance_types()
    instances = [known[name] for name in names if name in known]
    return Estimate(
        region=str(prices()["region"]),
        prices_of=(*(f"{of} {date}" for of, date in dates().items()), f"Spot {prices()['spot']['source']['date']}"),
        outdated=outdated(today or datetime.datetime.now(tz=datetime.UTC).date()),
        services=tuple(_service(name, one, instances) for name, one in meant.items()),
        together=tuple(_together(list(meant.values()), instance) for instance in (() if services else instances)),
        fleet=None if services or not instances else _fleet(environment, instances[0]),
        examples=ec2 is None,
        unknown=tuple(name for name in names if name not in known),
    )


def _service(name: str, service: Service, instances: list[InstanceType]) -> ServiceEstimate:
    low, high = tasks(service)
    size, arm = None if service.gpu else fargate_size(service.cpu, service.memory), _is_arm(service)
    fargate = _range(low, high, lambda count: count * fargate_month(*size, arm=arm)) if size else None
    return ServiceEstimate(
        service=name,
        runs_on=str(target(service.runs_on)),
        vcpus=service.cpu,
        memory=service.memory,
        gpus=service.gpu or 0,
        tasks=(low, high),
        fits=tuple(_fit(service, instance) for instance in instances),
        fargate=fargate,
        fargate_spot_from=_on_spot(fargate, "fargate"),
    )


def _fit(service: Service, instance: InstanceType) -> Fit:
    size, (low, high) = need(service), tasks(service)
    bridge, awsvpc, trunking = (fitting(size, instance, network) for network in Network)
    ec2 = _range(low, high, lambda count: count * ec2_month(instance) / bridge) if bridge else None
    return Fit(instance.name, bridge, awsvpc, trunking, ec2, _on_spot(ec2, "ec2"))


def _together(services: list[Service], instance: InstanceType) -> Together:
    needed = _servers(services, instance)
    if needed is None:
        return Together(instance.name, None, None, None)
    ec2 = _range(*needed, lambda count: count * ec2_month(instance))
    return Together(instance.name, needed, ec2, _on_spot(ec2, "ec2"))


def _fleet(environment: Environment, instance: InstanceType) -> Fleet | None:
    ec2 = environment.settings.cluster.ec2
    meant = [one for one in environment.services.values() if one.runs_on == "ec2"]
    return Fleet(instance.name, _servers(meant, instance), ec2.max) if ec2 and meant else None


def _servers(services: list[Service], instance: InstanceType) -> tuple[int, int] | None:
    """With the fewest tasks and with the most; None where a task has no room."""
    low, high = (servers([(need(one), tasks(one)[end]) for one in services], instance) for end in (0, 1))
    return None if low is None or high is None else (low, high)


def need(service: Service) -> Need:
    """What one of its tasks takes."""
    return Need(round(service.cpu * 1024), service.memory, service.gpu or 0)


def tasks(service: Service) -> tuple[int, int]:
    """Fewest and most, at any time of its schedule; of what runs now and then, none or one."""
    if isinstance(service, Job | Task):
        return (0, 1)
    count = service.count
    if isinstance(count, int):
        return count, count
    bounds = [(count.min, count.max), *(bounds for _, bounds in count.scheduled)]
    return min(low for low, _ in bounds), max(high for _, high in bounds)


def _is_arm(service: Service) -> bool:
    build = service.image.build
    return build is not None and "linux/amd64" not in build.platforms


def _range(low: int, high: int, cost: Callable[[int], float]) -> Range:
    return round(cost(low), 2), round(cost(high), 2)


def _on_spot(costs: Range | None, of: str) -> Range | None:
    return costs and (round(spot(costs[0], of), 2), round(spot(costs[1], of), 2))
