"""Why a request by HTTP was not answered, in a few words: requests and urllib3 tell it in a chain of five errors."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests

_NO_HOST = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


def reason(error: Exception, host: str) -> str:
    """What the system says, after the address where that is of another host, or after the proxy.

    No queries of addresses are told: where layers are kept, these are as good as a password.

    :param host: the one that was asked, with its port.
    """
    url = getattr(getattr(error, "request", None), "url", None) or ""
    where = "proxy: " if isinstance(error, requests.exceptions.ProxyError) else ""
    if urlsplit(url).netloc not in ("", host):
        where = f"{url.partition('?')[0]}: {where}"
    said = next(filter(None, map(_said, _chain(error))), None)
    return f"{where}{said}" if said else re.sub(r"\?\S+", "?…", str(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _said(error: BaseException) -> str | None:
    if isinstance(error, socket.gaierror) and error.errno in _NO_HOST:
        return "no such host"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = error.strerror if isinstance(error, OSError) else None
    return said[:1].lower() + said[1:] if said else None
