"""What stacks leave behind when they are deleted, by their templates: it costs as before, and is of no stack any more."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.operations import stack_of
from dockyard.doors.aws import Aws
from dockyard.threads import each

_NAMES = {
    "AWS::S3::Bucket": "bucket", "AWS::EFS::FileSystem": "file system", "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table", "AWS::SQS::Queue": "queue", "AWS::SNS::Topic": "topic",
    "AWS::RDS::DBCluster": "database", "AWS::RDS::DBInstance": "database", "AWS::SecretsManager::Secret": "secret",
    "AWS::Logs::LogGroup": "log group",
}  # fmt: skip
_REPOSITORY = "AWS::ECR::Repository"
"""Told with the images."""


def kept(aws: Aws, stacks: Sequence[str]) -> dict[str, list[str]]:
    """Stack to `bucket demo-dev-…`, `a snapshot of database …`; nothing of one that the credentials may not look at.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    return {stack: found for stack, found in zip(stacks, each(partial(_kept, aws), stacks), strict=True) if found}


def of_those_gone(aws: Aws, found: Mapping[str, Sequence[str]]) -> list[str]:
    """What stays of the stacks that are gone by now.

    :param found: what `kept` gave before they went.
    """
    return [name for stack, names in found.items() if not stack_of(aws.cloudformation, stack) for name in names]


def _kept(aws: Aws, stack: str) -> list[str]:
    try:
        body: Any = aws.cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
        return list(_told(aws, stack, {id: one.get("DeletionPolicy", "") for id, one in resources.items()}))
    except (ClientError, BotoCoreError):
        return []


def _told(aws: Aws, stack: str, policies: dict[str, str]) -> Iterator[str]:
    if not any(map(_stays, policies.values())):
        return
    for page in aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            type, policy, id = one["ResourceType"], policies.get(one["LogicalResourceId"], ""), one.get("PhysicalResourceId")
            if id and _stays(policy) and type != _REPOSITORY and one["ResourceStatus"] != "DELETE_COMPLETE":
                name = f"{_NAMES.get(type, type)} {id.rsplit('/', 1)[-1] if type == 'AWS::SQS::Queue' else id}"
                yield f"a snapshot of {name}" if policy == "Snapshot" else name


def _stays(policy: str) -> bool:
    return policy.startswith("Retain") or policy == "Snapshot"
