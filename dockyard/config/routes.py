"""Which rule of the load balancer is asked first.

An Application Load Balancer asks its rules by priority, 1 to 50000, and takes the first that matches, so a narrow rule
must come before a wide one (with `/*` at 100, `/e1*` at 201 is never reached). A priority here is a band, by how specific
the route is, plus a hash of environment and service within the band. So it stays the same whatever other services come
or go, and needs no shared state. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

import hashlib
from itertools import accumulate

from dockyard.config.http import MAX_DEPTH, Http

FIRST = 1000
"""Below are the priorities that a service.yaml may give itself."""

# Widths of the bands, deepest path first: wide where many services meet, so that their hashes rarely collide.
_EXACT_HOST = (300,) * 5 + (2000, 4500, 9000)
_WILDCARD_HOST = (100,) * 6 + (1000, 1000)
_ANY_HOST = (300,) * 4 + (2000, 6000, 17000, 1000)
_WIDTHS = _EXACT_HOST + _WILDCARD_HOST + _ANY_HOST
_STARTS = tuple(accumulate(_WIDTHS, initial=FIRST))


def priority(http: Http, *, environment: str, service: str) -> int:
    """Priority of the rule of this service, 1 to 50000; the one that it gives itself where it does."""
    if http.priority is not None:
        return http.priority
    host = 2 if http.host is None else 1 if http.host.startswith("*") else 0
    depth = 0 if http.path == "/" else http.path.count("/")
    band = host * (MAX_DEPTH + 1) + MAX_DEPTH - depth
    digest = hashlib.sha256(f"{environment}/{service}".encode()).digest()
    return _STARTS[band] + int.from_bytes(digest[:8]) % _WIDTHS[band]


def neighbour(number: int, taken: set[int]) -> int:
    """The next priority of the same band that is not taken. Raises ValueError where the whole band is."""
    band = next(i for i, width in enumerate(_WIDTHS) if _STARTS[i] <= number < _STARTS[i] + width)
    start, width = _STARTS[band], _WIDTHS[band]
    for step in range(1, width):
        candidate = start + (number - start + step) % width
        if candidate not in taken:
            return candidate
    raise ValueError(f"no free priority from {start} to {start + width - 1}")


def route(http: Http) -> str:
    """Host and path: `shop.example.com/api`, `/api`."""
    return f"{http.host or ''}{http.path}"


def path_patterns(path: str) -> tuple[str, ...]:
    """Patterns of the rule: `/api` means `/api` and `/api/*`, `/` means all; a raw pattern means itself."""
    if path == "/":
        return ("/*",)
    return (path,) if set(path) & {"*", "?"} else (path, f"{path}/*")
