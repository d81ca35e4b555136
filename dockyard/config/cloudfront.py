"""`load_balancer.cloudfront` of dockyard.yaml: CloudFront in front, and no other way to the load balancer."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from dockyard.config.http import Http
from dockyard.config.model import Model, words
from dockyard.config.problems import Problem, all_of
from dockyard.config.route import WILDCARDS, checked_path

ORIGIN_FACING = "com.amazonaws.global.cloudfront.origin-facing"
"""Name of the prefix list with CloudFront's addresses."""
PREFIX_LIST_COMMAND = f"aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values={ORIGIN_FACING}"
"""The command that tells it: it is another in each region."""

_OPT_IN = (
    "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
    "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1",
    "mx-central-1",
)  # fmt: skip
"""Regions that an account opts in to: CloudFront writes no standard logs to buckets there.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html"""


def _plain(path: str) -> str:
    checked = "/" + checked_path(path).strip("/")
    if checked == "/" or WILDCARDS & set(checked):
        raise ValueError(f'should be a path such as /static, without wildcards, got "{path}"')
    return checked


class CloudFront(Model):
    """A distribution of CloudFront, which reaches the load balancer inside of the network by a VPC origin."""

    certificate: Annotated[
        str,
        words(
            "the ARN of a certificate in us-east-1, where CloudFront takes them from, such as "
            "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-…",
            r"arn:aws:acm:us-east-1:\d{12}:certificate/[0-9a-zA-Z-]+",
        ),
    ]
    """Certificate of ACM in us-east-1, for all names that services have, by its ARN."""
    prefix_list: Annotated[
        str, words(f"what is told by: {PREFIX_LIST_COMMAND}; a name such as pl-4fa04526", r"pl-[0-9a-f]{8,17}")
    ]
    """Id of the prefix list `com.amazonaws.global.cloudfront.origin-facing` in the environment's region: the addresses of
    CloudFront, which alone are let in."""
    cached_paths: Annotated[tuple[Annotated[str, AfterValidator(_plain)], ...], Field(max_length=12)] = ()
    """Paths whose answers are kept, such as /static and all below it: as long as their Cache-Control says, else a day. None of a
    service with `auth` is among them. Default: none."""
    web_acl: (
        Annotated[
            str,
            words(
                "the ARN of a web ACL of scope CLOUDFRONT such as "
                "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/0a1b2c3d-…",
                r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[0-9a-f-]+",
            ),
        ]
        | None
    ) = None
    """ARN of a web ACL of AWS WAF, which is in us-east-1. Default: none."""


def _meet(kept: str, path: str) -> bool:
    """Whether a path is below the other, or the same. Of one with wildcards what is before them is looked at."""
    one, other = f"{kept}/", re.split(r"[*?]", f"{path.rstrip('/')}/")[0]
    return one.startswith(other) or other.startswith(one)


def cloudfront_problems(settings: Any) -> Iterator[Problem]:
    """Of an environment's settings: what does not go with it."""
    balancer = settings.load_balancer
    if balancer.cloudfront is None:
        return
    at = ("load_balancer", "cloudfront")
    if not settings.domains:
        yield Problem(at, "needs domains: what clients ask for is a name of one")
    if settings.network.public_tasks:
        way_out = "take network.nat: single, or give network.vpc task_subnets"
        yield Problem(at, f"reaches a load balancer in private subnets, and this network has none: {way_out}")
    if balancer.access_logs and settings.region in _OPT_IN:
        message = (
            f"does not go with cloudfront in {settings.region}: it writes logs to no bucket in a region that accounts opt in to"
        )
        yield Problem(("load_balancer", "access_logs"), f"{message}: remove it, or take another region")
    reasons = {
        "waf": "its web ACL sees the addresses of CloudFront alone: remove it, and give cloudfront.web_acl",
        "mutual_tls": "clients show their certificates to CloudFront, which does not ask for any: remove one of both",
        "ip_address_type": "clients come to CloudFront, by IPv6 as well, and it comes by IPv4: remove it",
        "internal": "both would have one security group, which lets in CloudFront alone: remove one of both",
    }
    for key, why in reasons.items():
        if getattr(balancer, key):
            yield Problem(("load_balancer", key), f"does not go with cloudfront: {why}")


def behind_cloudfront_problems(http: Http, raw: Mapping[str, Any], settings: Any) -> Iterator[Problem]:
    """Of a service whose load balancer is behind CloudFront, in an environment with these settings."""
    why = "load_balancer.cloudfront is in front"
    if http.auth and settings.network.isolated:
        message = (
            "needs a load balancer that reaches the identity provider, and behind cloudfront it is where network has no way out"
        )
        yield Problem(("http", "auth"), f"{message}: take network.nat: single, or remove it")
    kept = settings.load_balancer.cloudfront.cached_paths  # of all hosts
    guarded = [path for path in kept if http.auth and _meet(path, http.path)]
    if guarded:
        message = f"{why}, and answers everybody with what it keeps of {all_of(guarded)}, which meets {http.path}"
        yield Problem(("http", "auth"), f"{message}: remove it from cloudfront.cached_paths, or give the service another path")
    if http.source_ips:
        yield Problem(("http", "source_ips"), f"{why}, whose addresses the load balancer sees: remove it, and ask a web ACL")
    if http.protocol == "grpc":
        yield Problem(("http", "protocol"), f"{why}, which is not set up for gRPC: take http or http2")
    deploy = raw.get("deploy")
    if isinstance(deploy, dict) and deploy.get("smoke"):
        yield Problem(("deploy", "smoke"), f"{why}, and asks for names alone: remove it")
