"""A service that takes messages from a queue of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Unpack

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from dockyard_constructs.container_task import ContainerSettings, ContainerTask
from dockyard_constructs.message_queue import DEAD_LETTERS_KEPT, Order, queue
from dockyard_constructs.process_settings import LONGEST_STOP
from dockyard_constructs.service_connect import Namespace


@dataclass(frozen=True)
class Topic:
    """A topic whose messages come into the queue, as they were published."""

    topic: sns.ITopic
    filter_policy: Mapping[str, Any] | None = None
    """Which of them, in the language of SNS. Default: all.
    https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html"""
    filter_on: Literal["attributes", "body"] = "attributes"
    """What the policy looks at."""


class WorkerService(Construct):
    """A service with an encrypted queue, whose messages go to a second one when they were received too often.

    The container is told both by QUEUE_URL and DEAD_LETTER_QUEUE_URL. Its role may take messages from the first and put
    messages into the second. When it is told to stop it has as long as a message is hidden from others, at most two minutes,
    to end what it began; what it does not end is there again after that.

    Read `queue`, `dead_letter_queue`, `service`, `task_definition`, `container` and `log_group`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        visibility_timeout: Duration | None = None,
        retention_period: Duration | None = None,
        max_receive_count: int = 5,
        order: Order | None = None,
        topics: Sequence[Topic] = (),
        desired_count: int = 1,
        namespace: Namespace | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make the service and its queues.

        :param cluster: where it runs, owned or imported.
        :param visibility_timeout: how long a message that was received is hidden from others. Default: 1 minute.
        :param retention_period: how long a message waits at most. Default: 4 days.
        :param max_receive_count: how often a message is received before it goes to the dead-letter queue.
        :param order: whether both queues are FIFO. Default: they are not.
        :param topics: whose messages come into the queue, too. Into a FIFO queue only those of FIFO topics can.
        :param desired_count: how many tasks run.
        :param namespace: where it finds other services by their names. Default: nowhere.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        if not 1 <= max_receive_count <= 1000:
            raise ValueError(f"max_receive_count should be 1 to 1000, got {max_receive_count}")
        hidden = visibility_timeout or Duration.minutes(1)
        self.dead_letter_queue = queue(self, "DeadLetters", order, retention_period=DEAD_LETTERS_KEPT)
        self.queue = queue(
            self,
            "Queue",
            order,
            visibility_timeout=hidden,
            retention_period=retention_period or Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=max_receive_count, queue=self.dead_letter_queue),
        )
        for number, topic in enumerate(topics, 1):
            self._subscribe(f"Topic{number}", topic)
        urls = {"QUEUE_URL": self.queue.queue_url, "DEAD_LETTER_QUEUE_URL": self.dead_letter_queue.queue_url}
        stop_timeout = Duration.seconds(min(hidden.to_seconds(), LONGEST_STOP))
        container.setdefault("stop_timeout", stop_timeout)
        task = ContainerTask(self, variables=urls, **container)
        self.task_definition, self.container, self.log_group = task.task_definition, task.container, task.log_group
        self.queue.grant_consume_messages(self.task_definition.task_role)
        self.dead_letter_queue.grant_send_messages(self.task_definition.task_role)
        self.service = task.service(self, cluster=cluster, desired_count=desired_count, namespace=namespace)
        self.service.node.add_dependency(self.task_definition.task_role)  # else the first tasks may not take messages yet

    def _subscribe(self, id: str, one: Topic) -> None:
        """The topic may send to the queue, and does so."""
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": one.topic.topic_arn}},
            )
        )
        sns.CfnSubscription(
            self,
            id,
            topic_arn=one.topic.topic_arn,
            protocol="sqs",
            endpoint=self.queue.queue_arn,
            raw_message_delivery=True,
            filter_policy=one.filter_policy,
            filter_policy_scope={"attributes": "MessageAttributes", "body": "MessageBody"}[one.filter_on]
            if one.filter_policy
            else None,
        )
