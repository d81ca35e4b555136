"""What the rule of a service does besides taking requests."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard_constructs.authentication import CognitoSignIn, JwtCheck, OidcSignIn


@dataclass(frozen=True)
class Rewrite:
    """What a regular expression matches becomes another text, in which `$1` is its first group."""

    match: str
    replace: str


@dataclass(frozen=True)
class Maintenance:
    """What clients get instead of a service that runs on.

    Its target group stays at the load balancer, by a second rule that the first never lets be asked: ECS refuses to deploy a
    service whose group is nowhere. So turning it on and off changes one rule in place.
    """

    page: elbv2.ListenerAction
    parked_priority: int
    """Priority of the second rule, greater than that of the first."""


@dataclass(frozen=True)
class RuleOptions:
    """With the defaults the rule forwards what it takes as it is."""

    rewrite_path: Rewrite | None = None
    """Path and query before the container sees them."""
    rewrite_host: Rewrite | None = None
    """The header Host before the container sees it."""
    authentication: OidcSignIn | CognitoSignIn | JwtCheck | None = None
    """Who is let through. Default: everyone."""
    maintenance: Maintenance | None = None
    """What clients get instead. Default: they get the service."""

    def transforms(self) -> list[dict[str, Any]]:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html."""
        found = [
            ("url-rewrite", "UrlRewriteConfig", self.rewrite_path),
            ("host-header-rewrite", "HostHeaderRewriteConfig", self.rewrite_host),
        ]
        return [
            {"Type": kind, member: {"Rewrites": [{"Regex": one.match, "Replace": one.replace}]}}
            for kind, member, one in found
            if one
        ]
