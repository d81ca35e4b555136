"""Which requests a rule of the load balancer takes: by path, host, method, header, query and source address.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.problems import all_of
from dockyard.config.shown import show

MAX_DEPTH = 7
"""Segments and conditions a route may have and still get a priority of its own accord (see `dockyard.config.routes`)."""
MOST_VALUES = 5
"""Values in all conditions of a rule, and wildcards in them; no quota of AWS that can be raised.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""
WILDCARDS = frozenset("*?")


def checked_path(value: str) -> str:
    """A path as it is written. Raises ValueError with what it should be."""
    if not value.startswith("/"):
        raise ValueError(f'should begin with /, got "{value}"')
    if len(value.strip("/")) == 0 and value != "/":
        raise ValueError(f'should be / or name something, got "{value}"')
    if len(value) > 126:  # AWS allows 128 characters in a pattern, and "/*" is added
        raise ValueError(f"should have at most 126 characters, got {len(value)}")
    return value


def path_patterns(path: str) -> tuple[str, ...]:
    """Patterns of the rule: `/api` means `/api` and `/api/*`, `/` means all; a raw pattern means itself."""
    if path == "/":
        return ("/*",)
    return (path,) if WILDCARDS & set(path) else (path, f"{path}/*")


def _route_path(value: str) -> str:
    return "/" + checked_path(value).strip("/")


def _one_or_more(value: Any) -> Any:
    """A list, also where a single text or number was written."""
    if value is None:
        return ()
    single = isinstance(value, str | int | float) and not isinstance(value, bool)
    items = [value] if single else value
    if not isinstance(items, list | tuple):
        raise ValueError(f"should be text or a list of such, got {show(value)}")  # pydantic wants it
    if wrong := [item for item in items if isinstance(item, bool) or not isinstance(item, str | int | float)]:
        raise ValueError(f"should be text or a list of such, got {show(wrong[0])} in it")
    return tuple(str(item) for item in items)


def _all(check: AfterValidator) -> AfterValidator:
    """The check for each of several; the error is told at their key, as one may stand for all."""

    def checked(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check.func(value) for value in values)  # type: ignore[call-arg]  # it takes the value alone

    return AfterValidator(checked)


def _cidr(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError(f'should be a range of addresses such as 203.0.113.0/24, got "{value}" ({error})') from None


def _ipv4_cidr(value: str) -> str:
    if ":" in value:
        raise ValueError(f'should be a range of IPv4 such as 203.0.113.0/24, as clients come by nothing else here, got "{value}"')
    return _cidr(value)


_SCHEMA = WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"type": ["string", "number"]}}]})
_HOST = words("a host name such as shop.example.com or *.example.com", r"(\*\.)?[a-z0-9]([a-z0-9.-]{0,124}[a-z0-9])?")
_METHOD = words("a method such as GET, in capitals", r"[A-Z_-]{1,40}")
_VALUE = words("1 to 128 characters of ASCII", r"[ -~]{1,128}")
_SEVERAL = BeforeValidator(_one_or_more)


def several(check: AfterValidator) -> tuple[Any, ...]:
    """What a tuple of text is annotated with that may be written as a single one; each is checked."""
    return _SCHEMA, _SEVERAL, _all(check)


CIDR = AfterValidator(_cidr)
"""A range of addresses."""
IPV4_CIDR = AfterValidator(_ipv4_cidr)
"""A range of addresses of IPv4."""

Values = Annotated[tuple[str, ...], *several(_VALUE), Field(min_length=1)]
"""What a header or a key of the query may be; `*` stands for any characters, `?` for one."""
HeaderName = Annotated[
    str, words("a header's name such as X-Version, and not Host", r"(?i:(?!host$)[a-z0-9!#$%&'*+.^_`|~-]{1,40})")
]
QueryKey = Annotated[str, _VALUE]


class Route(Model):
    """Which requests a rule takes."""

    path: Annotated[str, AfterValidator(_route_path)] = "/"
    """Requests for this path and all below it: `/api` means `/api` and `/api/*`."""
    host: Annotated[tuple[str, ...], *several(_HOST)] = ()
    """Requests for this host only, or for one of several. Default: every host."""
    methods: Annotated[tuple[str, ...], *several(_METHOD)] = ()
    """Requests by one of these methods only. Default: every method."""
    headers: dict[HeaderName, Values] = Field(default_factory=dict)
    """Requests with these headers only: the name, and the value or values that it may have."""
    query: dict[QueryKey, Values] = Field(default_factory=dict)
    """Requests with these keys in the query string only, and the value or values that each may have."""
    source_ips: Annotated[tuple[str, ...], *several(CIDR)] = ()
    """Requests from these ranges of addresses only. Those from others go to the next rule that takes them."""
    priority: Annotated[int, number(1, 999)] | None = None
    """Priority of the rule, for a path with `*` or `?` in it; the smaller comes first. Other paths get one by how
    specific they are."""

    @model_validator(mode="after")
    def _wildcards_have_a_priority(self) -> "Route":
        if (WILDCARDS & set(self.path) or self.level > MAX_DEPTH) and self.priority is None:
            more = "" if self.path.count("/") == self.level or self.path == "/" else f" with {self.level} segments and conditions"
            raise ValueError(f'path "{self.path}"{more} needs a priority (1 to 999): its place among other paths cannot be told')
        return self

    @model_validator(mode="after")
    def _fits_in_one_rule(self) -> "Route":
        values = {key: values for key, values in self._values() if values}
        count = sum(map(len, values.values()))
        if count > MOST_VALUES:
            told = all_of([f"{key} {len(found)}" for key, found in values.items()])
            raise ValueError(f"a rule has {MOST_VALUES} values in all its conditions at most, got {count}: {told}")
        wild = sum(character in WILDCARDS for found in values.values() for value in found for character in value)
        if wild > MOST_VALUES:
            raise ValueError(f"a rule has {MOST_VALUES} wildcards (* and ?) in all its conditions at most, got {wild}")
        return self

    @property
    def takes_one_more_header(self) -> bool:
        """Whether a header of any value fits in its rule, too."""
        values = [value for _, found in self._values() for value in found]
        wild = sum(character in WILDCARDS for value in values for character in value)
        return len(values) < MOST_VALUES and wild < MOST_VALUES

    @property
    def level(self) -> int:
        """Segments of the path, and conditions besides host and path: each counts as a segment."""
        depth = 0 if self.path == "/" else self.path.count("/")
        return depth + len(self.headers) + len(self.query) + bool(self.methods) + bool(self.source_ips)

    @property
    def conditions(self) -> str:
        """Those besides host and path, in one form: ` methods=GET,POST x-version=2 ?a=b source=10.0.0.0/8`; empty where none."""
        parts = [
            ("methods", self.methods),
            *sorted((name.lower(), values) for name, values in self.headers.items()),
            *sorted((f"?{key}", values) for key, values in self.query.items()),
            ("source", self.source_ips),
        ]
        return "".join(f" {name}={','.join(sorted(values))}" for name, values in parts if values)

    def _values(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "path", path_patterns(self.path)
        yield from [("host", self.host), ("methods", self.methods), ("source_ips", self.source_ips)]
        yield from [("headers", tuple(value for values in self.headers.values() for value in values))]
        yield from [("query", tuple(value for values in self.query.values() for value in values))]
