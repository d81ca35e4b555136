"""Alarms of a service, told to the platform's topic."""

from typing import Any

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns

from dockyard.config.alarms import TaskAlarms, thresholds
from dockyard_constructs import AlarmThresholds, ServiceAlarms
from stacks.surroundings import Surroundings


def alarm_prefix(around: Surroundings) -> str:
    """What the names of a service's alarms begin with, before a hyphen."""
    return f"{around.project.name}-{around.environment.name}-{around.name}"


def add_alarms(around: Surroundings, alarms: TaskAlarms, service: ecs.BaseService, **of: Any) -> ServiceAlarms:
    """Those that are not off.

    :param of: what else the service has: `target_group` and `load_balancer_full_name`, `queue` and the like.
    """
    topic = sns.Topic.from_topic_arn(around.stack, "AlarmTopic", around.value("alarm-topic"))
    limits = AlarmThresholds(**thresholds(alarms))
    return ServiceAlarms(
        around.stack, "Alarms", service=service, thresholds=limits, topic=topic, name_prefix=alarm_prefix(around), **of
    )
