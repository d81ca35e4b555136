"""Which rule of the load balancer is asked first.

An Application Load Balancer asks its rules by priority, 1 to 50000, and takes the first that matches, so a narrow rule
must come before a wide one (with `/*` at 100, `/e1*` at 201 is never reached). A priority here is a band, by how specific
the route is, plus a hash of environment and service within the band. So it stays the same whatever other services come
or go, and needs no shared state. Previews of one environment are on its load balancer, each so far behind the hash as its
number says: two of one service never meet, and two services of one preview only where they would in all. How specific: first the
host, then segments of the path and other conditions, each of which counts as a segment, so that `/api` with a header comes
before `/api`. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

import hashlib
from collections.abc import Iterable
from itertools import accumulate
from typing import TypeVar

from dockyard.config.route import MAX_DEPTH, Route

R = TypeVar("R", bound=Route)
FIRST = 1000
"""Below are the priorities that a service.yaml may give itself."""
LAST = 50000
"""The greatest that a rule may have."""

# Widths of the bands, deepest path first: wide where many services meet, so that their hashes rarely collide.
_EXACT_HOST = (300,) * 5 + (2000, 4500, 9000)
_WILDCARD_HOST = (100,) * 6 + (1000, 1000)
_ANY_HOST = (300,) * 4 + (2000, 6000, 17000, 1000)
_WIDTHS = _EXACT_HOST + _WILDCARD_HOST + _ANY_HOST
_STARTS = tuple(accumulate(_WIDTHS, initial=FIRST))


def priority(route: Route, *, environment: str, service: str) -> int:
    """Priority of the rule of this service, 1 to 50000; the one that it gives itself where it does."""
    if route.priority is not None:
        return route.priority
    name, number = numbered(environment)
    host = 2 if not route.host else 1 if any(name.startswith("*") for name in route.host) else 0
    band = host * (MAX_DEPTH + 1) + MAX_DEPTH - route.level
    digest = hashlib.sha256(f"{name}/{service}".encode()).digest()
    return shifted(_STARTS[band] + int.from_bytes(digest[:8]) % _WIDTHS[band], number)


def numbered(environment: str) -> tuple[str, int | None]:
    """Name and number of an environment such as `pr-12`; no number where it has none."""
    name, _, number = environment.rpartition("-")
    return (name, int(number)) if name and number.isdigit() else (environment, None)


def with_number(hosts: Iterable[str], number: int) -> tuple[str, ...]:
    """Those of the preview with that number: `shop-pr-7.example.com` where that of all is `shop-pr.example.com`."""
    split = [host.partition(".") for host in hosts]
    return tuple(f"{label}-{number}{dot}{rest}" for label, dot, rest in split)


def without_number(route: R, number: int) -> R:
    """The route of all previews, of that of one."""
    split = [host.partition(".") for host in route.host]
    return route.model_copy(
        update={"host": tuple(f"{label.removesuffix(f'-{number}')}{dot}{rest}" for label, dot, rest in split)}
    )


def shifted(priority: int, number: int | None) -> int:
    """The priority of the preview with that number, in the same band: two further for each, as a rule for tests is one before."""
    start, width = _band(priority)
    return start + (priority - start + 2 * (number or 0)) % width


def unshifted(priorities: Iterable[int], number: int | None) -> set[int]:
    """What the preview with that number may not be shifted from, to have none of these; those of no band are left out."""
    return {shifted(one, -(number or 0)) for one in priorities if FIRST <= one < _STARTS[-1]}


def _band(priority: int) -> tuple[int, int]:
    """First number and width of the band that a priority is in."""
    return next((start, width) for start, width in zip(_STARTS, _WIDTHS, strict=False) if start <= priority < start + width)


def neighbour(number: int, taken: set[int]) -> int:
    """The next priority of the same band that is not taken. Raises ValueError where the whole band is."""
    start, width = _band(number)
    for step in range(1, width):
        candidate = start + (number - start + step) % width
        if candidate not in taken:
            return candidate
    raise ValueError(f"no free priority from {start} to {start + width - 1}")


def parked(*, environment: str, service: str) -> int:
    """Priority of a rule that is never asked, after all others: it keeps a service's target group at the load balancer."""
    digest = hashlib.sha256(f"{environment}/{service}".encode()).digest()
    return _STARTS[-1] + int.from_bytes(digest[:8]) % (LAST + 1 - _STARTS[-1])


def written(route: Route) -> str:
    """What the requests of a route have: `shop.example.com/api`, `/api`, `/api methods=POST`."""
    return f"{','.join(route.host)}{route.path}{route.conditions}"
