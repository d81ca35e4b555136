"""What is deployed, as boxes and arrows: services, what leads to them, and what they use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dockyard.config import Environment, Service, Web
from dockyard.config.kinds.job import Job
from dockyard.config.kinds.worker import Worker
from dockyard.operate.status import GOOD, State, Status

CLIENTS, BALANCER = "clients", "load balancer"
KINDS = {
    "table": "DynamoDB table", "queue": "SQS queue", "bucket": "S3 bucket", "topic": "SNS topic", "database": "RDS database",
}  # fmt: skip
"""What resources are in AWS."""


@dataclass(frozen=True)
class Box:
    """One thing."""

    id: str
    icon: str
    """What it is: `clients`, `balancer`, a service's kind, or a resource's."""
    title: str
    lines: tuple[str, ...] = ()
    is_good: bool = True
    """Whether it is as it should be."""


@dataclass(frozen=True)
class Arrow:
    """What leads, calls or writes from one box to another."""

    source: str
    target: str
    label: str = ""
    """What it may do there."""


@dataclass(frozen=True)
class Diagram:
    """All of it; columns from left to right."""

    title: str
    columns: Sequence[Sequence[Box]]
    arrows: Sequence[Arrow] = field(default_factory=tuple)


def diagram(title: str, environment: Environment, statuses: Sequence[Status]) -> Diagram:
    """Of those services that are deployed, by the settings of the project and what AWS tells of them."""
    there = {one.service: one for one in statuses if one.state is not State.NOT_DEPLOYED}
    services = {name: environment.services[name] for name in there}
    arrows = [arrow for name, service in services.items() for arrow in _arrows(name, service, services)]
    resources = {box.id: box for name, service in services.items() for box in _resources(name, service, environment)}
    balancers = [*_balancers(services, environment)]
    front = [[Box(CLIENTS, "clients", "Clients")], balancers] if balancers else []
    lead = [Arrow(CLIENTS, balancer.id) for balancer in balancers]
    depths = _depths(services)
    columns = [
        [_box(name, services[name], there[name]) for name in sorted(services) if depths[name] == depth]
        for depth in range(max(depths.values(), default=-1) + 1)
    ]
    return Diagram(title, [*front, *columns, *([list(resources.values())] if resources else [])], lead + arrows)


def _balancers(services: Mapping[str, Service], environment: Environment) -> Iterator[Box]:
    """The one that services share, and those that services have of their own."""
    webs = {name: service for name, service in services.items() if isinstance(service, Web)}
    if any(service.http for service in webs.values()):
        yield Box(BALANCER, "balancer", "Load balancer", (environment.name,))
    for name, service in webs.items():
        if service.nlb:
            ports = ", ".join(f"{one.port}/{one.protocol}" for one in service.nlb.listeners)
            yield Box(_own(name), "balancer", "Network load balancer", (*service.nlb.host, ports))


def _own(service: str) -> str:
    """The load balancer of its own."""
    return f"{service}.nlb"


def _depths(services: Mapping[str, Service]) -> dict[str, int]:
    """Service to its column: behind all that call it; those of a circle stay where they were found first."""
    depths = dict.fromkeys(services, 0)
    for _ in services:
        for name, service in services.items():
            for other in getattr(service, "calls", ()):
                if other in depths and name not in getattr(services[other], "calls", ()):
                    depths[other] = min(max(depths[other], depths[name] + 1), len(services))
    return depths


def _box(name: str, service: Service, status: Status) -> Box:
    version = status.version
    commit = f" ({version.commit[:7]})" if version and version.commit else ""
    count = f"{status.tasks.running} of {status.tasks.desired} tasks, " if status.tasks else ""
    state = f"{status.state}, in maintenance" if status.maintenance else f"{count}{status.state}"
    lines = (state, f"{version.tag.removeprefix('sha256:')[:12]}{commit}" if version else "")
    when = service.schedule if isinstance(service, Job) else ""
    http = service.http if isinstance(service, Web) else None
    route = f"{', '.join(http.host)}{http.path}" if http else ""
    return Box(
        name, service.kind, name, tuple(filter(None, (*lines, when, route))), is_good=status.state in GOOD and not status.alarms
    )


def _arrows(name: str, service: Service, services: Mapping[str, Service]) -> Iterator[Arrow]:
    if isinstance(service, Web) and service.http:
        yield Arrow(BALANCER, name)
    if isinstance(service, Web) and service.nlb:
        yield Arrow(_own(name), name)
    for other in getattr(service, "calls", ()):
        if other in services:
            yield Arrow(name, other)
    for link, access in service.links.items():
        yield Arrow(
            name, link if isinstance(access, str) else f"{name}.{link}", access if isinstance(access, str) else access.access
        )
    if isinstance(service, Worker):
        for topic in service.topics:
            yield Arrow(topic.name, name)


def _resources(name: str, service: Service, environment: Environment) -> Iterator[Box]:
    """What it is linked with, shared or its own, and the topics that its queue takes messages of."""
    for link, access in service.links.items():
        resource = environment.settings.resources[link] if isinstance(access, str) else access
        yield Box(link if isinstance(access, str) else f"{name}.{link}", resource.kind, link, (KINDS[resource.kind],))
    if isinstance(service, Worker):
        yield from (Box(topic.name, "topic", topic.name.rsplit(":", 1)[-1], (KINDS["topic"],)) for topic in service.topics)
