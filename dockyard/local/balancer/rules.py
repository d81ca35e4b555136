"""Which rule a request meets, and how it is rewritten. Nothing here has effects.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
"""

import functools
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

Condition = Mapping[str, Any]
Transform = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What the conditions of a rule look at."""

    method: str
    host: str
    """Without the port."""
    path: str
    """As it was sent: conditions look at the path before it is decoded."""
    query: str
    headers: Mapping[str, str]
    """Lower-case name to value; the values of a repeated header joined by a comma."""
    client: str
    """Address."""

    @functools.cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """Keys and values of the query, decoded."""
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return [(unquote_plus(key), unquote_plus(value)) for key, _, value in pairs]


def meets(conditions: Sequence[Condition], request: Request) -> bool:
    """Whether a request meets all conditions."""
    return all(_meets(condition, request) for condition in conditions)


def rewritten(transforms: Sequence[Transform], request: Request) -> Request:
    """The request as the target is to get it. A `Replace` may name groups of its `Regex` as `$1`."""
    for transform in transforms:
        if transform["Type"] == "url-rewrite":
            url = request.path + (f"?{request.query}" if request.query else "")
            path, _, query = _replaced(transform["UrlRewriteConfig"], url).partition("?")
            request = replace(request, path=path if path.startswith("/") else f"/{path}", query=query)
        elif transform["Type"] == "host-header-rewrite":
            request = replace(request, host=_replaced(transform["HostHeaderRewriteConfig"], request.host))
    return request


def _replaced(config: Mapping[str, Any], text: str) -> str:
    for rewrite in config.get("Rewrites") or []:
        template = re.sub(r"\$(\d)", r"\\g<\1>", rewrite["Replace"].replace("\\", "\\\\"))
        text = re.sub(rewrite["Regex"], template, text, count=1)
    return text


def _meets(condition: Condition, request: Request) -> bool:
    field = condition.get("Field", "")
    values = condition.get("Values") or []
    match field:
        case "path-pattern":
            return _any(condition, request.path, ignore_case=False)
        case "host-header":
            return _any(condition, request.host, ignore_case=True)
        case "http-header":
            config = condition["HttpHeaderConfig"]
            found = request.headers.get(config["HttpHeaderName"].lower())
            return found is not None and _any(config, found, ignore_case=True)
        case "http-request-method":
            return request.method in values
        case "query-string":
            return any(_parameter_meets(value, request) for value in condition["QueryStringConfig"]["Values"])
        case "source-ip":
            client = ipaddress.ip_address(request.client)
            return any(client in ipaddress.ip_network(value, strict=False) for value in values)
    raise ValueError(f"unknown condition {field!r}")


def _any(condition: Condition, text: str, *, ignore_case: bool) -> bool:
    if any(wildcard(pattern, ignore_case).fullmatch(text) for pattern in condition.get("Values") or []):
        return True
    flags = re.IGNORECASE if ignore_case else 0
    return any(re.search(regex, text, flags) for regex in condition.get("RegexValues") or [])


def _parameter_meets(wanted: Mapping[str, str], request: Request) -> bool:
    """`Key` may be left out: then the value may be of any key. Upper and lower case do not differ."""
    key, value = wanted.get("Key") or "", wanted.get("Value") or ""
    return any(
        (not key or wildcard(key, True).fullmatch(have)) and wildcard(value, True).fullmatch(is_)
        for have, is_ in request.parameters
    )


@functools.lru_cache(maxsize=4096)
def wildcard(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """`*` is any number of characters, `?` exactly one; a backslash makes either itself."""
    parts = re.findall(r"\\[*?\\]|.", pattern, re.DOTALL)
    known = {"*": ".*", "?": "."}
    regex = "".join(known.get(part) or re.escape(part[-1]) for part in parts)
    return re.compile(regex, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
