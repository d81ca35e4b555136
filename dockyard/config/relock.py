"""Writes dockyard.lock: a priority of its own for each rule whose computed one is that of another, or of its test requests.

An entry never changes while its route is the same, so that rules which run stay where they are. Where two rules without an
entry collide, both get one. Which of them runs already the files do not say, and if the newcomer got the number of the one
that runs, its rule would be refused until the other has moved. So nobody gets a number that another may have. A rule
moves within its band, and that interrupts nothing.

Previews are at the load balancer of another environment, of whose rules the files know nothing; who looks there tells of them.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML

from dockyard.config.environment import Environment
from dockyard.config.kinds.web import Web
from dockyard.config.load import LOCK_FILE, load_project
from dockyard.config.lock import Lock, LockedPriority
from dockyard.config.route_checks import rule_key
from dockyard.config.routes import neighbour, numbered, priority, unshifted, written
from dockyard.errors import ConfigError


@dataclass(frozen=True)
class Relocked:
    """What changed in dockyard.lock; `environment/service` each."""

    written: dict[str, int]
    """Those with another priority than before."""
    dropped: list[str]
    """Those whose entry had no meaning any more: gone, on another route, or with a priority of their own."""


def relock(root: Path, foreign: Mapping[str, Collection[int]] = MappingProxyType({})) -> Relocked:
    """Resolve collisions of priorities and drop what has no meaning any more. Raises ConfigError for other faults.

    :param foreign: preview, such as `pr-12`, to numbers that others have at its load balancer; all previews move as one.
    """
    project = load_project(root, allow_collisions=True)
    before = project.lock.priorities
    others = {numbered(preview)[0]: unshifted(found, numbered(preview)[1]) for preview, found in foreign.items()}
    after = {
        key: entry
        for name, environment in project.environments.items()
        for key, entry in _settled(environment, project.lock, others.get(name, set()))
    }
    if after != before:
        write_lock(root, project.lock.model_copy(update={"priorities": dict(sorted(after.items()))}))
    return Relocked(
        written={key: entry.priority for key, entry in after.items() if entry != before.get(key)},
        dropped=[key for key in before if key not in after],
    )


def _settled(environment: Environment, lock: Lock, foreign: set[int]) -> list[tuple[str, LockedPriority]]:
    """The environment's entries, with one for each rule that must move."""
    routes, tested = environment.routes, _tested(environment)
    kept = {
        key: entry
        for key, entry in _kept(environment, lock, tested).items()
        if foreign.isdisjoint(_with_test(key, entry.priority, tested))
    }
    numbers = {key: lock.priority(route, environment=environment.name, service=key) for key, route in routes.items()}
    often = Counter(number for key in routes for number in _with_test(key, numbers[key], tested)) + Counter(foreign)
    taken = {*often}
    for key, route in routes.items():
        twice = any(often[number] > 1 for number in _with_test(key, numbers[key], tested))
        if key not in kept and route.priority is None and twice:
            computed = priority(route, environment=environment.name, service=key)
            free = _free(key, computed, {*taken, *(number + 1 for number in taken)} if key in tested else taken)
            kept[key] = LockedPriority(route=written(route), priority=free)
            taken.update(_with_test(key, free, tested))
    return [(f"{environment.name}/{key}", entry) for key, entry in kept.items()]


def _kept(environment: Environment, lock: Lock, tested: Collection[str]) -> dict[str, LockedPriority]:
    """The entries that stay: of two with one number the first, and none whose rule of test requests has another's."""
    kept: dict[str, LockedPriority] = {}
    for key, route in environment.routes.items():
        entry = lock.entry(route, environment=environment.name, service=key)
        if entry and entry.priority not in {other.priority for other in kept.values()}:
            kept[key] = entry
    fixed = {entry.priority for entry in kept.values()}
    return {key: entry for key, entry in kept.items() if key not in tested or entry.priority - 1 not in fixed}


def _tested(environment: Environment) -> set[str]:
    """Services with a rule of test requests."""
    return {name for name, one in environment.services.items() if isinstance(one, Web) and one.http and one.deploy.has_test_rule}


def _with_test(key: str, number: int, tested: Collection[str]) -> tuple[int, ...]:
    """The numbers of its rules: that of test requests has the one before its own."""
    return (number - 1, number) if key in tested else (number,)


def _free(key: str, number: int, taken: set[int]) -> int:
    try:
        return neighbour(number, taken)
    except ValueError as error:
        rule = key.removeprefix(rule_key(""))
        where = f"services/{key}/service.yaml: http" if rule == key else f"dockyard.yaml: load_balancer.rules.{rule}"
        raise ConfigError([f"{where}.priority: {error}; give it one of its own, 1 to 999"]) from error


def write_lock(root: Path, lock: Lock) -> None:
    """Write dockyard.lock."""
    with (root / LOCK_FILE).open("w", encoding="utf-8") as stream:
        stream.write("# Written by `dockyard lock`. Commit it.\n")
        YAML().dump(lock.model_dump(exclude_defaults=True), stream)
