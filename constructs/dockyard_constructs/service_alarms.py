"""Alarms that tell that a service does not do well, with thresholds that suit most."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, Fn
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from constructs import Construct

FEW_REQUESTS = 20
"""So few requests in a minute tell nothing of the share that fails."""
_MINUTE = Duration.minutes(1)


@dataclass(frozen=True)
class AlarmThresholds:
    """What is too much; None: no such alarm."""

    errors: float | None = 5
    """Percent of a minute's requests that the containers answer with 5xx, or not at all."""
    latency: float | None = 2
    """Seconds that 95 of 100 requests take at most."""
    unhealthy: int | None = 1
    """Targets that fail their health checks."""
    cpu: float | None = 90
    """Percent of the service's CPU."""
    memory: float | None = 90
    """Percent of the service's memory."""
    queue_age: int | None = 600
    """Seconds that the oldest message waits."""
    dead_letters: int | None = 1
    """Messages that were given up."""


@dataclass(frozen=True)
class _Rule:
    """One alarm: too much in `points` of the last `of` minutes."""

    metric: cloudwatch.IMetric
    threshold: float | None
    text: str
    points: int = 3
    of: int = 5


class ServiceAlarms(Construct):
    """Alarms of one service, by name in `alarms`: of what it has, those that have a threshold.

    With `load_balancer`: `errors`, `latency`, `unhealthy`. Always: `cpu`, `memory`. With `queue`: `queue-age`. With
    `dead_letter_queue`: `dead-letters`. No data is no alarm, as of a service without requests or tasks.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.IBaseService,
        target_group: elbv2.IApplicationTargetGroup | None = None,
        load_balancer_full_name: str | None = None,
        queue: sqs.IQueue | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
        thresholds: AlarmThresholds | None = None,
        topic: sns.ITopic | None = None,
        name_prefix: str | None = None,
    ) -> None:
        """Make the alarms.

        :param service: the service, owned or imported.
        :param target_group: its targets; wants `load_balancer_full_name`, `app/<name>/<id>`.
        :param queue: what it takes messages from.
        :param dead_letter_queue: where messages go that it could not take.
        :param thresholds: what is too much.
        :param topic: who is told when an alarm goes off, and when all is well again. Default: nobody.
        :param name_prefix: names are `<prefix>-<alarm>`. Default: CloudFormation makes them.
        """
        super().__init__(scope, id)
        if (target_group is None) != (load_balancer_full_name is None):
            raise ValueError("target_group and load_balancer_full_name should be given both or neither")
        limits = thresholds or AlarmThresholds()
        rules = self._of_tasks(service, limits)
        if target_group and load_balancer_full_name:
            rules |= self._of_requests(_full_name(target_group), load_balancer_full_name, limits)
        if queue:
            age = queue.metric_approximate_age_of_oldest_message(period=_MINUTE)
            rules["queue-age"] = _Rule(age, limits.queue_age, f"a message waits for {limits.queue_age} seconds")
        if dead_letter_queue:
            letters = dead_letter_queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum")
            rules["dead-letters"] = _Rule(letters, limits.dead_letters, "messages were given up", points=1, of=1)
        self.alarms = {
            name: self._alarm(name, rule, rule.threshold, topic, name_prefix)
            for name, rule in rules.items()
            if rule.threshold is not None
        }

    def _of_tasks(self, service: ecs.IBaseService, limits: AlarmThresholds) -> dict[str, _Rule]:
        dimensions = {"ClusterName": service.cluster.cluster_name, "ServiceName": service.service_name}
        cpu, memory = (_metric("AWS/ECS", f"{name}Utilization", dimensions, "Average") for name in ("CPU", "Memory"))
        return {
            "cpu": _Rule(cpu, limits.cpu, f"the service takes {limits.cpu} % of its CPU", points=10, of=15),
            "memory": _Rule(memory, limits.memory, f"the service takes {limits.memory} % of its memory", points=10, of=15),
        }

    def _of_requests(self, group: str, balancer: str, limits: AlarmThresholds) -> dict[str, _Rule]:
        dimensions = {"TargetGroup": group, "LoadBalancer": balancer}

        def metric(name: str, statistic: str) -> cloudwatch.Metric:
            return _metric("AWS/ApplicationELB", name, dimensions, statistic)

        errors = cloudwatch.MathExpression(
            expression=f"IF(requests >= {FEW_REQUESTS}, 100 * (FILL(answered, 0) + FILL(unreached, 0)) / requests, 0)",
            label="percent of requests that fail",
            period=_MINUTE,
            using_metrics={
                "requests": metric("RequestCount", "Sum"),
                "answered": metric("HTTPCode_Target_5XX_Count", "Sum"),
                "unreached": metric("TargetConnectionErrorCount", "Sum"),
            },
        )
        return {
            "errors": _Rule(errors, limits.errors, f"{limits.errors} % of requests fail"),
            "latency": _Rule(
                metric("TargetResponseTime", "p95"), limits.latency, f"5 of 100 requests take over {limits.latency} seconds"
            ),
            "unhealthy": _Rule(metric("UnHealthyHostCount", "Maximum"), limits.unhealthy, "targets fail their health checks"),
        }

    def _alarm(self, name: str, rule: _Rule, threshold: float, topic: sns.ITopic | None, prefix: str | None) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{prefix}-{name}" if prefix else None,
            alarm_description=f"{rule.text}, in {rule.points} of {rule.of} minutes",
            metric=rule.metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            datapoints_to_alarm=rule.points,
            evaluation_periods=rule.of,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if topic:
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))
        return alarm


def _full_name(target_group: elbv2.ITargetGroup) -> str:
    """`targetgroup/<name>/<id>`, which an imported group does not tell."""
    return Fn.select(5, Fn.split(":", target_group.target_group_arn))


def _metric(namespace: str, name: str, dimensions: Mapping[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dict(dimensions), statistic=statistic, period=_MINUTE
    )
