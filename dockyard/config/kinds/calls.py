"""Which services call which, and what follows for the order in which they are deployed."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator

from dockyard.config.model import ServiceName


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({name for name in value if value.count(name) > 1}):
        raise ValueError(f"should name each once, got {', '.join(twice)} twice")
    return value


Calls = Annotated[tuple[ServiceName, ...], AfterValidator(_each_once)]
"""Names of backends."""


def deployed_before(calls: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Service to those that are deployed before it: the ones that it calls.

    A task knows the endpoints that were there when its deployment began. Of services that call each other in a circle, the
    last by name goes first; it knows the others from its next deployment on.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
    """
    before: dict[str, list[str]] = {}
    for service in sorted(calls):
        before[service] = [other for other in calls[service] if service not in _all_before(other, before)]
    return before


def _all_before(service: str, before: Mapping[str, Sequence[str]]) -> set[str]:
    """The service and all that is deployed before it."""
    found: set[str] = set()
    waiting = [service]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += before.get(one, [])
    return found
