"""Which requests a rule of a listener takes, and where it stands among others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct


@dataclass(frozen=True)
class Route:
    """Requests that meet all that is given; the rule with the smallest `priority` is asked first.

    A rule has five values in all its conditions.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
    """

    priority: int
    path_patterns: Sequence[str] = ("/*",)
    hosts: Sequence[str] = ()
    methods: Sequence[str] = ()
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name of a header to the values that it may have."""
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Key in the query string to the values that it may have."""
    source_ips: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse a text where a list should be: its letters would be taken for the values."""
        lists = {"path_patterns": self.path_patterns, "hosts": self.hosts, "methods": self.methods, "source_ips": self.source_ips}
        for name, value in {**lists, **self.headers, **self.query}.items():
            if isinstance(value, str):
                raise ValueError(f'{name} should be a list of text, got "{value}"')

    def conditions(self) -> Iterator[elbv2.ListenerCondition]:
        """The conditions of the rule."""
        yield elbv2.ListenerCondition.path_patterns([*self.path_patterns])
        if self.hosts:
            yield elbv2.ListenerCondition.host_headers([*self.hosts])
        if self.methods:
            yield elbv2.ListenerCondition.http_request_methods([*self.methods])
        for name, values in self.headers.items():
            yield elbv2.ListenerCondition.http_header(name, [*values])
        for key, values in self.query.items():
            yield elbv2.ListenerCondition.query_strings([elbv2.QueryStringCondition(key=key, value=value) for value in values])
        if self.source_ips:
            yield elbv2.ListenerCondition.source_ips([*self.source_ips])


def listener_rule(
    scope: Construct, id: str, listener: elbv2.IApplicationListener, route: Route, action: elbv2.ListenerAction
) -> elbv2.ApplicationListenerRule:
    """The rule of a listener, owned or imported, that does something with the requests of a route."""
    return elbv2.ApplicationListenerRule(
        scope, id, listener=listener, priority=route.priority, conditions=[*route.conditions()], action=action
    )
