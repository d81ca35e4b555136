"""What CloudFormation's role needs to make the resources of one application, and no more."""

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.site import PARTITION

LONGEST = 6144
"""Characters of a managed policy, without white space.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

_NAMED = {
    "dynamodb": ("dynamodb:{place}:table/{app}-*",),
    "ecr": ("ecr:{place}:repository/{app}/*",),
    "iam": ("iam::{account}:role/{app}-*", "iam::{account}:role/cdk-{app}-publish-*", "iam::{account}:instance-profile/{app}-*"),
    "lambda": ("lambda:{place}:function:{app}-*",),
    "logs": ("logs:{place}:log-group:{app}-*", "logs:{place}:log-group:aws-waf-logs-{app}-*"),
    "s3": ("s3:::{app}-*",),
    "sns": ("sns:{place}:{app}-*",),
    "sqs": ("sqs:{place}:{app}-*",),
    "ssm": ("ssm:{place}:parameter/{app}/*",),
}
"""Services whose resources have names that begin with the application's, written there or by CloudFormation, to their ARNs."""
_NEVER = (
    "iam::{account}:role/cdk-{qualifier}-*-role-*",
    "iam::{account}:role/{app}-pipeline-*",
    "iam::{account}:role/*-pipeline-GitHub*",
)
"""Roles that decide who deploys: the bootstrap's, also where its qualifier is the application's name, and those of pipelines, of
other applications too."""
_LOOKS = ("Describe", "List")
"""What such actions tell is what there is, never what is in it; most of them cannot be limited to a resource."""
_SECRET = ("secretsmanager:GetSecretValue", "secretsmanager:GetRandomPassword")
_ALWAYS = {
    "ssm:GetParameters": (
        "ssm:{place}:parameter/{app}/*",
        "ssm:{place}:parameter/cdk-bootstrap/*",
        "ssm:{region}::parameter/aws/*",
    ),
    "s3:GetObject": ("s3:::{bucket}/*",),
    "lambda:InvokeFunction": ("lambda:{place}:function:{app}-*",),
    "iam:CreateServiceLinkedRole": ("iam::{account}:role/aws-service-role/*",),
}
"""What templates need whatever they have: values of parameters, functions and templates from the bootstrap's bucket, custom
resources, and the roles that services make for themselves."""
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]+")
"""What IAM takes for one; a few schemas have other words."""


@dataclass(frozen=True)
class Scope:
    """One application in one account and region."""

    application: str
    account: str
    region: str
    qualifier: str
    bucket: str
    """The bootstrap's."""

    def arns(self, patterns: Iterable[str]) -> list[str]:
        """The patterns as ARNs."""
        place = f"{self.region}:{self.account}"
        values = {
            "app": self.application,
            "account": self.account,
            "region": self.region,
            "place": place,
            "qualifier": self.qualifier,
            "bucket": self.bucket,
        }
        return [f"arn:{PARTITION}:{pattern.format(**values)}" for pattern in patterns]


def documents(
    stacks: Iterable[StackArtifact], scope: Scope, permissions: Callable[[str], Collection[str]]
) -> list[dict[str, Any]]:
    """The policies: as many as it takes for each to be short enough.

    :param permissions: of a type of resource, what CloudFormation needs for all that it does with one.
    """
    types = {resource["Type"] for stack in stacks for resource in json.loads(stack.template)["Resources"].values()}
    actions = sorted({action for name in types for action in permissions(name) if _ACTION.fullmatch(action)} - _ALWAYS.keys())
    by_service: dict[str, list[str]] = {}
    anywhere: list[str] = []
    for action in actions:
        service, _, name = action.partition(":")
        if service in _NAMED and not name.startswith(_LOOKS):
            by_service.setdefault(service, []).append(action)
        else:
            anywhere.append(action)
    statements = [
        {"Effect": "Deny", "Action": ["iam:*"], "Resource": scope.arns(_NEVER)},
        *(_allow([action], scope.arns(patterns)) for action, patterns in _ALWAYS.items()),
        *(_allow(found, scope.arns(_with_content(service))) for service, found in by_service.items()),
        *(_allow(_short(found), ["*"]) for found in _halves(anywhere)),
    ]
    return [{"Version": "2012-10-17", "Statement": found} for found in _packed(statements)]


def size(value: Any) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(value, separators=(",", ":")))


def _halves(actions: list[str]) -> list[list[str]]:
    """In two where they are many, as one statement must fit into a policy."""
    middle = len(actions) // 2
    return [actions] if size(_short(actions)) < LONGEST // 2 else [*_halves(actions[:middle]), *_halves(actions[middle:])]


def _packed(statements: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    packed: list[list[dict[str, Any]]] = [[]]
    for statement in statements:
        if size([*packed[-1], statement]) > LONGEST - 100:
            packed.append([])
        packed[-1].append(statement)
    return packed


def _with_content(service: str) -> list[str]:
    """A bucket and what is in it, a log group and its streams."""
    content = {"s3": "/*", "logs": ":*"}.get(service)
    return [*_NAMED[service], *(f"{pattern}{content}" for pattern in _NAMED[service] if content)]


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _short(actions: Iterable[str]) -> list[str]:
    """With one word for all that only looks, as a policy may not be long."""
    found: dict[str, None] = {}
    for action in actions:
        service, _, name = action.partition(":")
        look = next((word for word in (*_LOOKS, "Get") if name.startswith(word)), None)
        found[f"{service}:{look}*" if look and action not in _SECRET else action] = None
    return list(found)
