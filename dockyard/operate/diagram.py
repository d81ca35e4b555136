"""What is deployed, as boxes and arrows: services, what leads to them, and what they use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dockyard.config import Environment, Service, Web, shares, target
from dockyard.config.kinds.job import Job
from dockyard.config.kinds.worker import Worker
from dockyard.operate.status import GOOD, State, Status
from dockyard.operate.version import short_commit

CLIENTS, FIREWALL, EDGE, BALANCER = "clients", "firewall", "cloudfront", "load balancer"
KINDS = {
    "table": "DynamoDB table", "queue": "SQS queue", "bucket": "S3 bucket", "topic": "SNS topic",
    "database": "PostgreSQL database", "files": "EFS file system",
}  # fmt: skip
"""What resources are in AWS."""


@dataclass(frozen=True)
class Box:
    """One thing."""

    id: str
    icon: str
    """Name of a file in `icons`: what it is, or what a service runs on. Empty where there is none for it."""
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
    front, lead = _front(services, environment)
    depths = _depths(services)
    columns = [
        [_box(name, services[name], there[name]) for name in sorted(services) if depths[name] == depth]
        for depth in range(max(depths.values(), default=-1) + 1)
    ]
    used = [list(resources.values())] if resources else []
    return Diagram(title, [*front, *(column for column in columns if column), *used], lead + arrows)


def _front(services: Mapping[str, Service], environment: Environment) -> tuple[list[list[Box]], list[Arrow]]:
    """What requests come through, a column each, and its arrows."""
    balancers = list(_balancers(services, environment))
    if not balancers:
        return [], []
    before = _before(environment) if any(box.id == BALANCER for box in balancers) else None
    nearest = {BALANCER: before.id} if before else {}
    columns = [[Box(CLIENTS, "clients", "Clients")], [before] if before else [], balancers]
    lead = [Arrow(CLIENTS, before.id)] if before else []
    return [column for column in columns if column], [*lead, *(Arrow(nearest.get(box.id, CLIENTS), box.id) for box in balancers)]


def _before(environment: Environment) -> Box | None:
    """What is before the load balancer that services share: one of both, as they do not go together."""
    settings = environment.settings.load_balancer
    if settings.cloudfront:
        firewall = ("AWS WAF",) if settings.cloudfront.web_acl else ()
        return Box(EDGE, "", "CloudFront", ("Amazon CloudFront", *firewall))
    return Box(FIREWALL, "waf", "Firewall", ("AWS WAF",)) if settings.waf else None


def _balancers(services: Mapping[str, Service], environment: Environment) -> Iterator[Box]:
    """The one that services share, and those that services have of their own."""
    webs = {name: service for name, service in services.items() if isinstance(service, Web)}
    if any(service.http for service in webs.values()):
        yield Box(BALANCER, "balancer", "Load balancer", ("Application Load Balancer", environment.shared))
    for name, service in webs.items():
        if service.nlb:
            ports = ", ".join(f"{one.port}/{one.protocol}" for one in service.nlb.listeners)
            yield Box(_own(name), "balancer", "Load balancer", ("Network Load Balancer", *service.nlb.host, ports))


def _own(service: str) -> str:
    """The load balancer of its own."""
    return f"{service}.nlb"


def _depths(services: Mapping[str, Service]) -> dict[str, int]:
    """Service to its column: behind all that call it; those of a circle stay where they were found first.

    What nobody calls, and no request reaches, is just before what it calls, or in the last column, near to what it uses.
    """
    depths = dict.fromkeys(services, 0)
    for _ in services:
        for name, service in services.items():
            for other in getattr(service, "calls", ()):
                if other in depths and name not in getattr(services[other], "calls", ()):
                    depths[other] = min(max(depths[other], depths[name] + 1), len(services))
    last = max(depths.values(), default=0)
    called = {other for service in services.values() for other in getattr(service, "calls", ())}
    for name, service in services.items():
        if name not in called and not isinstance(service, Web):
            depths[name] = min((depths[other] - 1 for other in getattr(service, "calls", ()) if other in depths), default=last)
    return depths


def _box(name: str, service: Service, status: Status) -> Box:
    version = status.version
    commit = f" ({short_commit(version.commit)})" if version and version.commit else ""
    count = f"{status.tasks.running} of {status.tasks.desired} tasks, " if status.tasks else ""
    state = f"{status.state}, in maintenance" if status.maintenance else f"{count}{status.state}"
    lines = (state, f"{version.tag.removeprefix('sha256:')[:12]}{commit}" if version else "")
    when = service.schedule if isinstance(service, Job) else ""
    http = service.http if isinstance(service, Web) else None
    route = f"{', '.join(http.host or ())}{http.path}" if http else ""
    queue = "messages of its SQS queue" if isinstance(service, Worker) else ""
    told = (f"{service.kind} on {_place(service)}", *filter(None, (*lines, when, route, queue)))
    icon = "fargate" if target(service.runs_on) == "fargate" else "ec2"
    return Box(name, icon, name, told, is_good=status.state in GOOD and not status.alarms)


def _place(service: Service) -> str:
    """What it runs on, as AWS calls it."""
    if target(service.runs_on) != "fargate":
        return "Managed Instances" if service.runs_on == "managed" else "EC2"
    mix = shares(service.runs_on)
    if not mix.fargate_spot:
        return "Fargate"
    return "Fargate and Spot" if mix.fargate or mix.base else "Fargate Spot"


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
    for volume in _files(service):
        yield Arrow(name, f"{name}.{volume}")
    if isinstance(service, Worker):
        for topic in service.topics:
            yield Arrow(topic.name, name)


def _resources(name: str, service: Service, environment: Environment) -> Iterator[Box]:
    """What it is linked with, shared or its own, and the topics that its queue takes messages of."""
    for link, access in service.links.items():
        resource = environment.settings.resources[link] if isinstance(access, str) else access
        yield Box(link if isinstance(access, str) else f"{name}.{link}", resource.kind, link, (KINDS[resource.kind],))
    yield from (Box(f"{name}.{volume}", "files", volume, (KINDS["files"],)) for volume in _files(service))
    if isinstance(service, Worker):
        yield from (Box(topic.name, "topic", topic.name.rsplit(":", 1)[-1], (KINDS["topic"],)) for topic in service.topics)


def _files(service: Service) -> list[str]:
    """Names of its volumes of files that all tasks share."""
    return [name for name, volume in service.volumes.items() if volume.type == "efs"]
