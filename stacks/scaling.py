"""What `count` of a service means to its stack."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from dockyard.config.count import Count
from dockyard.config.count import MetricSteps as Steps
from dockyard_constructs import MetricSteps, ScheduledBounds, ServiceScaling, Step


def first_count(count: int | Count) -> int:
    """How many tasks the service is made with, where nothing scales it."""
    return count if isinstance(count, int) else count.min


def scale(
    scope: Construct,
    count: int | Count,
    service: ecs.BaseService,
    *,
    target_group: elbv2.ApplicationTargetGroup | None = None,
    queue: sqs.IQueue | None = None,
) -> ServiceScaling | None:
    """Scale the service where `count` is more than a number."""
    if isinstance(count, int):
        return None
    return ServiceScaling(
        scope,
        "Scaling",
        service=service,
        min_capacity=count.min,
        max_capacity=count.max,
        cpu_utilization=count.cpu,
        memory_utilization=count.memory,
        high_resolution=count.resolution == 20,
        target_group=target_group,
        requests_per_target=count.requests,
        response_time=cdk.Duration.millis(round(count.response_time * 1000)) if count.response_time else None,
        queue=queue,
        backlog_per_task=count.backlog,
        steps=[_steps(one) for one in count.steps],
        schedule=[ScheduledBounds(cron, bounds.min, bounds.max) for cron, bounds in count.scheduled],
        time_zone=count.time_zone,
        scale_out_cooldown=cdk.Duration.seconds(count.cooldown.scale_out),
        scale_in_cooldown=cdk.Duration.seconds(count.cooldown.scale_in),
    )


def _steps(one: Steps) -> MetricSteps:
    namespace, _, name = one.metric.rpartition("/")
    metric = cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=one.dimensions or None,
        statistic=one.statistic,
        period=cdk.Duration.seconds(one.period),
    )
    return MetricSteps(metric, [Step(step.change, step.at_least, step.at_most) for step in one.at])
