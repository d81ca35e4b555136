"""Two rules of the load balancer on one route or with one priority, and more rules than it may have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dockyard.config.deployment import Deployment
from dockyard.config.http import Http
from dockyard.config.load_balancer import LoadBalancer
from dockyard.config.lock import Lock
from dockyard.config.problems import Location, Problem
from dockyard.config.route import Route
from dockyard.config.routes import parked

MOST_GROUPS = 100
"""Target groups of a load balancer; AWS does not raise it.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""


@dataclass(frozen=True)
class _Owned:
    """A route and whose it is."""

    route: Route
    key: str
    """By which its priority is computed and locked."""
    name: str
    file: str
    location: Location


def rule_key(name: str) -> str:
    """By which the priority of a rule of dockyard.yaml is computed and locked; no service has such a name."""
    return f"rules/{name}"


def route_problems(
    environment: str,
    services: Mapping[str, Http],
    deploys: Mapping[str, Deployment],
    balancer: LoadBalancer,
    lock: Lock,
    *,
    allow_collisions: bool,
) -> Iterator[tuple[str, Problem]]:
    """What is wrong with the rules of an environment, each with its file. `deploys` may want a rule and a group more."""
    for entrance in ("public", "internal"):
        owned = [*(_rules(balancer) if entrance == "public" else ()), *_services(services, entrance)]
        yield from _rule_problems(environment, owned, lock, allow_collisions=allow_collisions)
        tested = [one for one in owned if one.key in deploys and deploys[one.key].has_test_rule]
        yield from _test_rule_problems(environment, owned, tested, lock, allow_collisions=allow_collisions)
        there = {name: http for name, http in services.items() if entrance in http.entrances}
        deployed = [deploys[name] for name in there if name in deploys]
        rules = len(owned) + sum(http.maintenance is not None for http in there.values())
        rules += sum(deploy.has_test_rule for deploy in deployed)
        groups = len(there) + sum(deploy.has_alternate_targets for deploy in deployed)
        yield from _count_problems(rules, groups, balancer.most_rules)
    yield from _parked_problems(environment, services)


def _rule_problems(
    environment: str, owned: Sequence[_Owned], lock: Lock, *, allow_collisions: bool
) -> Iterator[tuple[str, Problem]]:
    """What is wrong with the rules of one load balancer."""
    routes: dict[tuple[str | None, str, str], _Owned] = {}
    priorities: dict[int, _Owned] = {}
    for one in owned:
        of_hosts = [(host, one.route.path, one.route.conditions) for host in one.route.host or (None,)]
        same = next((route for route in of_hosts if routes.setdefault(route, one) is not one), None)
        if same:
            yield one.file, Problem((*one.location, "path"), _same_route(*same, other=routes[same].name))
            continue
        number = lock.priority(one.route, environment=environment, service=one.key)
        other = priorities.setdefault(number, one)
        if other is not one and not (allow_collisions and one.route.priority is None):
            way_out = "give it another" if one.route.priority else "run: dockyard lock"
            message = f"its rule would have priority {number}, as that of {other.name}; {way_out}"
            yield one.file, Problem((*one.location, "priority"), message)


def _test_rule_problems(
    environment: str, owned: Sequence[_Owned], tested: Sequence[_Owned], lock: Lock, *, allow_collisions: bool
) -> Iterator[tuple[str, Problem]]:
    """Rules of test requests, which have the number before that of the service's own rule, where it is another's."""
    numbers = {lock.priority(one.route, environment=environment, service=one.key): one.name for one in owned}
    for one in tested:
        number = lock.priority(one.route, environment=environment, service=one.key) - 1
        if (number and number not in numbers) or (allow_collisions and one.route.priority is None):
            continue
        taken = f"that of {numbers[number]}" if number else "before the first"
        way_out = "give the service another http.priority" if one.route.priority else "run: dockyard lock"
        message = f"its rule would have priority {number}, {taken}; {way_out}, or set off here"
        yield one.file, Problem(("deploy", "test_header"), message)


def _rules(balancer: LoadBalancer) -> Iterator[_Owned]:
    for name, rule in balancer.rules.items():
        yield _Owned(rule, rule_key(name), f"the rule {name} of dockyard.yaml", "dockyard.yaml", ("load_balancer", "rules", name))


def _services(services: Mapping[str, Http], entrance: str) -> Iterator[_Owned]:
    for name, http in services.items():
        if entrance in http.entrances:
            yield _Owned(http, name, f"service {name}", f"services/{name}/service.yaml", ("http",))


def _same_route(host: str | None, path: str, conditions: str, *, other: str) -> str:
    where = f" of host {host}" if host else ""
    under = f" with{conditions}" if conditions else ""
    return f'"{path}"{where}{under} is the path of {other} as well; give one of them another path or host'


def _parked_problems(environment: str, services: Mapping[str, Http]) -> Iterator[tuple[str, Problem]]:
    taken: dict[int, str] = {}
    for name, http in services.items():
        if http.maintenance:
            other = taken.setdefault(parked(environment=environment, service=name), name)
            if other != name:
                message = f"its second rule would have the priority of that of service {other}: not both at once"
                yield f"services/{name}/service.yaml", Problem(("http", "maintenance"), message)


def _count_problems(rules: int, groups: int, most: int) -> Iterator[tuple[str, Problem]]:
    elsewhere = "give some services an application of their own, with a dockyard.yaml of its own"
    if rules > most:
        quota = 'have the quota "Rules per Application Load Balancer" of the account raised and write here what it is'
        message = (
            f"services and rules of dockyard.yaml need {rules} rules, and a load balancer has {most}; {quota}, or {elsewhere}"
        )
        yield "dockyard.yaml", Problem(("load_balancer", "most_rules"), message)
    if groups > MOST_GROUPS:
        need = f"services of kind web need {groups} target groups, two where deploy is not rolling"
        message = f"{need}, and a load balancer has {MOST_GROUPS}, which AWS does not raise"
        yield "dockyard.yaml", Problem(("load_balancer",), f"{message}; {elsewhere}")
