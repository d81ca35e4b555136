"""Resources that services are linked with: made, or there already; those that services share have a stack of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from dockyard.config import Environment, Project
from dockyard.config.kinds.worker import Queue
from dockyard.config.resources import (
    AnyResource,
    BucketResource,
    DatabaseResource,
    ExistingDatabase,
    QueueResource,
    TableResource,
    TopicResource,
)
from dockyard_constructs import Database, DatabaseAccess, DataBucket, MessageQueue, Order
from stacks import linked
from stacks.data_network import DataNetwork
from stacks.linked import Linked
from stacks.platform import Platform


@dataclass(frozen=True)
class Resources:
    """What services of an environment share, as they see it: through SSM parameters, as the platform."""

    prefix: str
    """What the names of the parameters begin with."""
    settings: Mapping[str, AnyResource]
    stack: cdk.Stack | None = None
    """The stack that makes them; None where that is one of another environment."""

    @staticmethod
    def of(project: Project, environment: Environment, stack: cdk.Stack | None = None) -> "Resources":
        """Those of the environment."""
        return Resources(f"/{project.name}/{environment.shared}/resources", environment.settings.resources, stack)

    def find(self, scope: Construct, id: str, name: str, *, opened: bool) -> Linked:
        """In another stack: the resource of that name. `opened`: where it is reached through the network, that stack lets in."""
        settings = self.settings[name]
        value = partial(self._value, scope, name)
        if not isinstance(settings, DatabaseResource):
            return linked.by_arn(scope, id, settings.kind, self.arn(scope, name))
        if settings.existing:  # as its secret may be known by its name alone, which is no ARN that a policy may name
            return linked.database(_existing_database(scope, id, settings.existing))
        group = value("security-group") if opened else "not-used"
        return linked.database(
            DatabaseAccess(
                value("host"),
                settings.name,
                secretsmanager.Secret.from_secret_complete_arn(scope, f"{id}Secret", value("secret-arn")),
                ec2.SecurityGroup.from_security_group_id(scope, f"{id}Group", group),
            )
        )

    def arn(self, scope: Construct, name: str) -> str:
        """In another stack: that of the resource of that name, which is no database."""
        return self._value(scope, name, "arn")

    def _value(self, scope: Construct, name: str, part: str) -> str:
        return ssm.StringParameter.value_for_string_parameter(scope, f"{self.prefix}/{name}/{part}")


class ResourcesStack(cdk.Stack):
    """What services of an environment share: no deploy of a service or of the platform touches it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        project: Project,
        environment: Environment,
        platform: Platform,
        env: cdk.Environment,
    ) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name}
        super().__init__(scope, id, env=env, tags=tags)
        self.shared = Resources.of(project, environment, self)
        network = DataNetwork(self, platform, has_servers=environment.settings.cluster.ec2 is not None)
        for name, settings in self.shared.settings.items():
            made = resource(self, name, settings, network)
            for part, value in made.identity.items():
                parameter = f"{self.shared.prefix}/{name}/{part}"
                ssm.StringParameter(self, f"Parameter-{name}-{part}", parameter_name=parameter, string_value=value)
            if made.database and (servers := network.servers):
                made.database.allow_from(servers, "services on servers")
        if network.is_used:
            self.add_stack_dependency(platform)


def resource(scope: Construct, id: str, settings: AnyResource, network: DataNetwork) -> Linked:
    """The resource, made in `scope` or, where it is there already, imported."""
    if isinstance(settings, DatabaseResource):
        if settings.existing:
            return linked.database(_existing_database(scope, id, settings.existing))
        made = _database(scope, id, settings, network)
        return linked.database(made.access, made.writer)
    if settings.existing:
        return linked.by_arn(scope, id, settings.kind, linked.arn_of(scope, settings.kind, settings.existing))
    match settings:
        case TableResource():
            return linked.table(_table(scope, id, settings))
        case QueueResource():
            hidden = cdk.Duration.seconds(settings.visibility_timeout)
            queues = MessageQueue(
                scope, id, visibility_timeout=hidden, max_receive_count=settings.max_receives, order=order(settings)
            )
            return linked.queue(queues.queue)
        case BucketResource():
            return linked.bucket(DataBucket(scope, id, keep=settings.removal == "keep"))
        case TopicResource():
            by_content = settings.content_based_deduplication or None
            return linked.topic(
                sns.Topic(scope, id, enforce_ssl=True, fifo=settings.fifo or None, content_based_deduplication=by_content)
            )


def order(settings: QueueResource | Queue) -> Order | None:
    """Whether a queue is FIFO."""
    return Order(settings.content_based_deduplication) if settings.fifo else None


def _table(scope: Construct, id: str, settings: TableResource) -> dynamodb.ITable:
    return dynamodb.TableV2(
        scope,
        id,
        partition_key=_attribute(settings.partition_key),
        sort_key=_attribute(settings.sort_key) if settings.sort_key else None,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
        removal_policy=cdk.RemovalPolicy.RETAIN if settings.removal == "keep" else cdk.RemovalPolicy.DESTROY,
    )


def _attribute(text: str) -> dynamodb.Attribute:
    name, _, kind = text.partition(" ")
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType[(kind or "string").upper()])


def _database(scope: Construct, id: str, settings: DatabaseResource, network: DataNetwork) -> Database:
    return Database(
        scope,
        id,
        vpc=network.vpc,
        subnets=network.subnets,
        database_name=settings.name,
        min_capacity=settings.min,
        max_capacity=settings.max,
        version=settings.version,
        removal=settings.removal,
    )


def _existing_database(scope: Construct, id: str, existing: ExistingDatabase) -> DatabaseAccess:
    by_arn = existing.secret.startswith("arn:")
    of = secretsmanager.Secret.from_secret_complete_arn if by_arn else secretsmanager.Secret.from_secret_name_v2
    group = ec2.SecurityGroup.from_security_group_id(scope, f"{id}Group", existing.security_group)
    return DatabaseAccess(existing.host, existing.name, of(scope, f"{id}Secret", existing.secret), group, existing.port)
