"""`kind: worker`: takes messages from a queue. The outputs `QueueUrl` and `DeadLetterQueueUrl` are where they are."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns

from dockyard.config import Worker
from dockyard_constructs import ContainerSettings, Topic, WorkerService
from stacks.alarms import add_alarms
from stacks.linked import arn_of
from stacks.resources import order
from stacks.scaling import first_count, scale
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Worker, container: ContainerSettings) -> ecs.TaskDefinition:
    """A service with its queues."""
    stack, queue = around.stack, settings.queue
    worker = WorkerService(
        stack,
        "Worker",
        cluster=around.cluster(settings),
        visibility_timeout=cdk.Duration.seconds(queue.visibility_timeout),
        retention_period=cdk.Duration.days(queue.retention),
        max_receive_count=queue.max_receives,
        order=order(queue),
        topics=[
            Topic(_topic(around, f"Topic{number}", topic.name), topic.filter, topic.filter_on)
            for number, topic in enumerate(settings.topics, 1)
        ],
        desired_count=first_count(settings.count),
        namespace=around.namespace(settings) if settings.calls else None,
        **container,
    )
    scale(stack, settings.count, worker.service, queue=worker.queue)
    queues = {"queue": worker.queue, "dead_letter_queue": worker.dead_letter_queue}
    add_alarms(around, settings.alarms, worker.service, **queues)
    cdk.CfnOutput(stack, "QueueUrl", value=worker.queue.queue_url, description="Where its messages come from")
    dead = worker.dead_letter_queue.queue_url
    cdk.CfnOutput(stack, "DeadLetterQueueUrl", value=dead, description="Where messages are that were received too often")
    return worker.task_definition


def _topic(around: Surroundings, id: str, name: str) -> sns.ITopic:
    """By the name that it has in dockyard.yaml, else in the account, or by its ARN."""
    shared = around.resources if name in around.environment.settings.resources else None
    arn = shared.arn(around.stack, name) if shared else arn_of(around.stack, "topic", name)
    return sns.Topic.from_topic_arn(around.stack, id, arn)
