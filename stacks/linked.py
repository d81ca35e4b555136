"""A resource as services see it: what they may do with it, and how they are told where it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from constructs import Construct, IDependable
from dockyard_constructs import DatabaseAccess


@dataclass(frozen=True)
class Linked:
    """A resource, made or imported."""

    identity: Mapping[str, str]
    """What another stack must know to import it."""
    variables: Mapping[str, str]
    """What follows the link's name in a variable, and its value."""
    grants: Mapping[str, Callable[[iam.IGrantable], Any]]
    """`read` and `write`, where there is such access."""
    secrets: Mapping[str, ecs.Secret] = field(default_factory=lambda: MappingProxyType({}))
    """As `variables`."""
    database: DatabaseAccess | None = None
    """Where it is reached through the network."""
    ready: IDependable | None = None
    """What must be there before it answers, where it is made in this stack."""


def table(made: dynamodb.ITable) -> Linked:
    """Read and write items; its keys and indexes stay as they are."""
    grants = {"read": made.grant_read_data, "write": made.grant_write_data}
    return Linked({"arn": made.table_arn}, {"TABLE": made.table_name}, grants)


def queue(made: sqs.IQueue) -> Linked:
    """Take messages, send messages."""
    grants = {"read": made.grant_consume_messages, "write": made.grant_send_messages}
    return Linked({"arn": made.queue_arn}, {"QUEUE_URL": made.queue_url}, grants)


def bucket(made: s3.IBucket) -> Linked:
    """Read and list objects; put and delete them."""
    grants = {"read": made.grant_read, "write": made.grant_write}
    return Linked({"arn": made.bucket_arn}, {"BUCKET": made.bucket_name}, grants)


def topic(made: sns.ITopic) -> Linked:
    """Publish."""
    return Linked({"arn": made.topic_arn}, {"TOPIC_ARN": made.topic_arn}, {"write": made.grant_publish})


def database(access: DatabaseAccess, ready: IDependable | None = None) -> Linked:
    """Connect; who has the user and its password needs no grant."""
    identity = {
        "host": access.host,
        "secret-arn": access.secret.secret_arn,
        "security-group": access.security_group.security_group_id,
    }
    secrets = {
        "USER": ecs.Secret.from_secrets_manager(access.secret, "username"),
        "PASSWORD": ecs.Secret.from_secrets_manager(access.secret, "password"),
    }
    variables = {"HOST": access.host, "PORT": str(access.port), "NAME": access.name}
    return Linked(identity, variables, {}, secrets, access, ready)


def by_arn(scope: Construct, id: str, kind: str, arn: str) -> Linked:
    """A table, queue, bucket or topic that is there."""
    match kind:
        case "table":
            return table(dynamodb.Table.from_table_arn(scope, id, arn))
        case "queue":
            return queue(sqs.Queue.from_queue_arn(scope, id, arn))
        case "bucket":
            return bucket(s3.Bucket.from_bucket_arn(scope, id, arn))
        case _:
            return topic(sns.Topic.from_topic_arn(scope, id, arn))


def arn_of(scope: Construct, kind: str, name: str) -> str:
    """The ARN of a name in this account and region; an ARN stays."""
    if name.startswith("arn:"):
        return name
    format_arn = cdk.Stack.of(scope).format_arn
    match kind:
        case "table":
            return format_arn(service="dynamodb", resource="table", resource_name=name)
        case "queue":
            return format_arn(service="sqs", resource=name)
        case "bucket":
            return format_arn(service="s3", region="", account="", resource=name)
        case _:
            return format_arn(service="sns", resource=name)
