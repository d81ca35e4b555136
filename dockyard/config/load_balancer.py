"""The `load_balancer` part of dockyard.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.cloudfront import CloudFront
from dockyard.config.model import LinkName, Model, number, words
from dockyard.config.mutual_tls import MutualTls
from dockyard.config.problems import all_of
from dockyard.config.rule import Rule
from dockyard.config.switch import Switch

_OF_OUR_OWN = (
    "idle_timeout", "deletion_protection", "desync_mitigation", "access_logs", "waf", "mutual_tls", "internal", "ip_address_type",
    "cloudfront",
)  # fmt: skip


def _different(groups: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [group for group in groups if groups.count(group) > 1]:
        raise ValueError(f"should be different groups, got {twice[0]} more than once")
    return groups


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
    managed_rules: Annotated[
        tuple[Annotated[str, words("the name of a group of AWS such as AWSManagedRulesSQLiRuleSet", r"AWSManagedRules\w+")], ...],
        AfterValidator(_different),
    ] = (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    )
    """Groups of rules that AWS keeps up to date. Default: known attackers, attacks on any web application, known bad inputs."""
    logs: bool = False
    """Whether requests that a rule met are logged to CloudWatch for a month, without cookies and the header Authorization."""


class ExistingListener(Model):
    """A listener that is there already, on a load balancer of others: services add rules to it, and nothing else is made."""

    listener: Annotated[
        str,
        words(
            "the ARN of a listener of an Application Load Balancer such as "
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2",
            r"arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[A-Za-z0-9-]+/[0-9a-z]+/[0-9a-z]+",
        ),
    ]
    """ARN of the listener."""
    security_group: Annotated[str, words("the id of a security group such as sg-0a1b2c3d", r"sg-[0-9a-f]{8,17}")]
    """The load balancer's, which containers let in. It must let out to them."""
    dns_name: Annotated[str, words("a name such as front-1234567890.eu-west-1.elb.amazonaws.com", r"[a-z0-9.-]+")]
    """The load balancer's name."""
    https: bool = False
    """Whether the listener has HTTPS. Its certificates and the records of names are its owner's."""
    port: Annotated[int, number(1, 65535)] | None = None
    """Port of the listener. Default: 443 with HTTPS, else 80."""

    @property
    def port_suffix(self) -> str:
        """`:8443`, as it is behind a host in an address; empty for the port of the scheme."""
        return f":{self.port}" if self.port and self.port != (443 if self.https else 80) else ""

    @property
    def full_name(self) -> str:
        """The load balancer's `app/<name>/<id>`, by which its metrics are found."""
        return self.listener.partition(":listener/")[2].rpartition("/")[0]


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
    mutual_tls: Annotated[MutualTls | None, Switch()] = None
    """Which certificates clients must show. It is of the listener, so it holds for all domains. Default: clients show none."""
    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """By what the internet reaches it: `ipv4`, or `dualstack`, where names have AAAA records as well. Default: `dualstack` where
    the network has IPv6."""
    internal: bool = False
    """Whether there is a second load balancer, inside of the network, for services that say so (`http.reach`)."""
    cloudfront: CloudFront | None = None
    """CloudFront in front of it; it is then inside of the network, where nobody else reaches it. Default: clients come to it."""
    existing: ExistingListener | None = None
    """Use this listener and make no load balancer. `network.vpc` must be the load balancer's."""
    rules: dict[LinkName, Rule] = Field(default_factory=dict)
    """Redirects and fixed answers, by a name each. Their place among the routes of services follows from how specific they
    are."""
    most_rules: Annotated[int, number(1, 1000)] = 100
    """How many rules it may have: the quota "Rules per Application Load Balancer" of the account, which AWS raises on demand."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "LoadBalancer":
        given = sorted(self.model_fields_set & set(_OF_OUR_OWN)) if self.existing else []
        if used := [key for key in given if getattr(self, key) not in (None, False)]:
            raise ValueError(f"existing is a load balancer of others, so {all_of(used)} must be set there: remove it here")
        return self
