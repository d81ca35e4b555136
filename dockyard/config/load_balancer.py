"""The `load_balancer` part of dockyard.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from dockyard.config.model import LinkName, Model, number, words
from dockyard.config.rule import Rule
from dockyard.config.switch import Switch

Days = Annotated[int, number(1, 3653, "days")]


class AccessLogs(Model):
    """Logs of the load balancer, in a bucket that is made for them."""

    retention: Days = 90
    """How long they are kept."""
    connections: bool = False
    """Whether connections are logged too: TLS version, cipher, certificate of the client, failed handshakes."""


class Waf(Model):
    """A web ACL of AWS WAF in front of the load balancer."""

    mode: Literal["block", "count"] = "block"
    """`count` lets everything through and counts what would be blocked: where there are clients already, begin with it."""
    rate_limit: Annotated[int, number(10, 2_000_000_000, "requests in 5 minutes")] | Literal["off"] = 2000
    """Requests from one address in five minutes, above which it is blocked until they are fewer; or `off`."""
    managed_rules: tuple[
        Annotated[str, words("the name of a group of AWS such as AWSManagedRulesSQLiRuleSet", r"AWSManagedRules\w+")], ...
    ] = (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    )
    """Groups of rules that AWS keeps up to date. Default: known attackers, attacks on any web application, known bad inputs."""
    logs: bool = False
    """Whether requests that a rule met are logged to CloudWatch for a month, without cookies and the header Authorization."""


class LoadBalancer(Model):
    """The load balancer that services of kind web share."""

    idle_timeout: Annotated[int, number(1, 4000, "seconds")] = 60
    """How long a connection may be silent."""
    deletion_protection: bool = False
    """Whether it refuses to be deleted, also with its stack."""
    desync_mitigation: Literal["monitor", "defensive", "strictest"] = "defensive"
    """What is done about requests that servers may understand in two ways: only those that are harmless go through
    (`strictest`), those that are a known risk do not (`defensive`), or they are counted (`monitor`)."""
    access_logs: Annotated[AccessLogs | None, Switch()] = None
    """Whether each request is logged, `true` or with details."""
    waf: Annotated[Waf | None, Switch()] = None
    """Whether AWS WAF looks at each request first, `true` or with details."""
    rules: dict[LinkName, Rule] = Field(default_factory=dict)
    """Redirects and fixed answers, by a name each. Their place among the routes of services follows from how specific they
    are."""
    most_rules: Annotated[int, number(1, 1000)] = 100
    """How many rules it may have: the quota "Rules per Application Load Balancer" of the account, which AWS raises on demand."""
