"""What a load balancer is asked, and what it decides: an answer of its own, or a target. Nothing here has effects."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade"}
"""Headers that are between two neighbours only."""

Headers = list[tuple[bytes, bytes]]


class Target(NamedTuple):
    """Where a container listens."""

    address: str
    port: int


@dataclass(frozen=True)
class Head:
    """A request without its body."""

    method: str
    target: str
    """Path and query as sent."""
    headers: Headers
    """Lower-case names."""
    client: str
    """Address."""
    certificate: bytes = b""
    """Of the client, as DER; empty where none was asked for."""


@dataclass
class Answer:
    """What the load balancer answers by itself."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""


@dataclass
class Forward:
    """A request for a target."""

    target: Target
    path: str
    """Path and query."""
    headers: Headers
    idle_seconds: float = 60.0
    response_headers: Headers = field(default_factory=list)
    """Added to the answer, in place of the target's of the same name; a `set-cookie` is added beside its own."""
    done: Callable[[int], None] = lambda status: None
    """Told the status when the answer is over."""
    answered: Callable[[int], None] = lambda status: None
    """Told the status when the target begins to answer."""
    group: str = ""
    """That the target was chosen from, for whoever counts requests."""


class BodyWantedError(Exception):
    """A whole body is wanted before there can be an answer: raised by `decide` with what gives the answer then."""

    def __init__(self, answer: Callable[[bytes], Awaitable[Answer]]) -> None:
        self.answer = answer


Decide = Callable[[Head], Answer | Forward]


def failure(status: int) -> Answer:
    """A page of the load balancer's own for a status."""
    title = f"{status} {phrase(status)}"
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, [(b"content-type", b"text/html")], body.encode())


def phrase(status: int) -> str:
    """What HTTP calls a status; empty where it knows no such."""
    return next((known.phrase for known in HTTPStatus if known == status), "")


def passed_on(headers: Headers) -> Headers:
    """Headers of a request as a target gets them: without those that are between two neighbours only.

    Of two headers that tell the body's length, the one that was not followed is left out.
    """
    dropped = HOP | {b"expect"}
    if any(name == b"transfer-encoding" for name, _ in headers):
        dropped |= {b"content-length"}
    return [(name, value) for name, value in headers if name not in dropped]
