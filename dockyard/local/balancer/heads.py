"""Heads of requests and answers as they are sent on."""

import functools
import time
from email.utils import formatdate
from http import HTTPStatus

import h11

from dockyard.local.balancer.decisions import HOP, Forward


def sent_on(request: h11.Request, forward: Forward) -> h11.Request:
    """The request as the target gets it."""
    asked = [(name, value) for name, value in request.headers if name == b"upgrade"]
    upgrade = [(b"connection", b"upgrade"), *asked] if asked else []
    return h11.Request(method=request.method, target=forward.path.encode("latin-1"), headers=[*forward.headers, *upgrade])


def answered_with(event: h11.Response | h11.InformationalResponse, forward: Forward) -> h11.Response | h11.InformationalResponse:
    """The answer of a target as the client gets it."""
    if event.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
        return h11.InformationalResponse(status_code=event.status_code, headers=list(event.headers), reason=event.reason)
    dropped = _REPLACED.union(name for name, _ in forward.response_headers if name != b"set-cookie")
    headers = [(name, value) for name, value in event.headers if name not in dropped]
    headers += [(b"date", date()), *forward.response_headers]
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)


_REPLACED = HOP | {b"transfer-encoding", b"date"}


def date() -> bytes:
    """The value of a `date` header."""
    return _date(int(time.time()))


@functools.lru_cache(maxsize=1)
def _date(moment: int) -> bytes:
    return formatdate(moment, usegmt=True).encode()
