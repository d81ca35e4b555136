"""How many tasks of a service run: bounds, and what moves the count within them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from dockyard_constructs.step_policy import MetricSteps, Step, StepPolicy

MINUTE = Duration.minutes(1)

Query = appscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty
Metric = appscaling.CfnScalingPolicy.TargetTrackingMetricProperty
Dimension = appscaling.CfnScalingPolicy.TargetTrackingMetricDimensionProperty
Stat = appscaling.CfnScalingPolicy.TargetTrackingMetricStatProperty


@dataclass(frozen=True)
class ScheduledBounds:
    """Bounds from a moment on, which is a cron expression of Application Auto Scaling."""

    schedule: str
    min_capacity: int
    max_capacity: int


class ServiceScaling(Construct):
    """A service's count of tasks is Application Auto Scaling's: between bounds, by what is given.

    The service's template then has no DesiredCount, so that no deploy sets the count back: of a service that is there,
    CloudFormation leaves it as it is, and a new one begins with 1 task
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html). The bounds come
    after the service, and what is outside of them is moved into them then
    (https://docs.aws.amazon.com/autoscaling/application/userguide/getting-started.html).

    CPU, memory, requests and backlog are tracked: tasks are added as soon as one of them wants it, and taken away when all of
    them do. Response time is not: it grows faster than the load, and at low load it does not fall with it, so that no count
    of tasks is proportional to it. It makes steps, upwards by a tenth of the tasks, or three tenths at twice the time; downwards
    by a tenth after 15 minutes below half of it, but only where nothing is tracked, which would be overruled by the step.
    https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html

    Read `target`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.BaseService,
        max_capacity: int,
        min_capacity: int = 1,
        cpu_utilization: float | None = None,
        memory_utilization: float | None = None,
        high_resolution: bool = False,
        target_group: elbv2.ApplicationTargetGroup | None = None,
        requests_per_target: float | None = None,
        response_time: Duration | None = None,
        queue: sqs.IQueue | None = None,
        backlog_per_task: float | None = None,
        steps: Sequence[MetricSteps] = (),
        schedule: Sequence[ScheduledBounds] = (),
        time_zone: str = "UTC",
        scale_out_cooldown: Duration | None = None,
        scale_in_cooldown: Duration | None = None,
    ) -> None:
        """Scale the service.

        :param service: what is scaled; its DesiredCount leaves the template.
        :param max_capacity: most tasks.
        :param min_capacity: fewest tasks; at 0, something of `backlog_per_task`, `steps` and `schedule` must bring it back.
        :param cpu_utilization: use of CPU that is aimed at, in percent of what the tasks reserve.
        :param memory_utilization: use of memory that is aimed at, in percent.
        :param high_resolution: measure these two each 20 seconds, at a price, instead of each minute
            (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/target-tracking-faster-auto-scaling.html).
        :param target_group: where the requests come by; needed for the next two.
        :param requests_per_target: requests a minute that each task is to get.
        :param response_time: average time of an answer from which on tasks are added.
        :param queue: what the tasks take their work from; needed for the next one.
        :param backlog_per_task: messages that may wait for each task. Where no task runs, the first message starts one. The
            cluster must have Container Insights, which count the tasks
            (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html).
        :param steps: steps by other metrics.
        :param schedule: other bounds at times.
        :param time_zone: time zone of the schedule.
        :param scale_out_cooldown: wait after tasks were added. Default: 1 minute.
        :param scale_in_cooldown: wait after tasks were taken away. Default: 5 minutes.
        """
        super().__init__(scope, id)
        if min_capacity > max_capacity:
            raise ValueError(f"min_capacity should be at most max_capacity ({max_capacity}), got {min_capacity}")
        if target_group is None and (requests_per_target or response_time):
            raise ValueError("requests_per_target and response_time need a target_group")
        if queue is None and backlog_per_task:
            raise ValueError("backlog_per_task needs a queue")
        if high_resolution and not (cpu_utilization or memory_utilization):
            raise ValueError("high_resolution is that of cpu_utilization and memory_utilization, got neither")
        self._service = service
        self._out, self._in = scale_out_cooldown or MINUTE, scale_in_cooldown or Duration.minutes(5)
        definition: Any = service.node.find_child("Service")
        definition.add_property_deletion_override("DesiredCount")
        self.target = self._target(min_capacity, max_capacity, schedule, time_zone)
        aims = (("CPUUtilization", cpu_utilization), ("MemoryUtilization", memory_utilization))
        measured = {name: aim for name, aim in aims if aim}
        for name, aim in measured.items():
            self._track_predefined(name, f"ECSServiceAverage{name}{'HighResolution' if high_resolution else ''}", aim)
        if high_resolution:
            configuration = {"MetricNames": list(measured), "ResolutionSeconds": 20}
            definition.add_property_override("Monitoring", {"MetricConfigurations": [configuration]})
        if target_group and requests_per_target:
            label = f"{target_group.first_load_balancer_full_name}/{target_group.target_group_full_name}"
            policy = self._track_predefined("Requests", "ALBRequestCountPerTarget", requests_per_target, label)
            policy.node.add_dependency(target_group.load_balancer_attached)
        if queue and backlog_per_task:
            self._follow_backlog(queue, backlog_per_task)
        if target_group and response_time:
            is_alone = not (measured or requests_per_target or backlog_per_task)
            self._follow_response_time(target_group, response_time, scale_in=is_alone)
        for number, one in enumerate(steps, 1):
            self._follow_steps(f"Steps{number}", one)

    def _target(self, low: int, high: int, schedule: Sequence[ScheduledBounds], time_zone: str) -> appscaling.CfnScalableTarget:
        scheduled = [
            appscaling.CfnScalableTarget.ScheduledActionProperty(
                scheduled_action_name=f"schedule-{number}",
                schedule=one.schedule,
                timezone=time_zone,
                scalable_target_action=appscaling.CfnScalableTarget.ScalableTargetActionProperty(
                    min_capacity=one.min_capacity, max_capacity=one.max_capacity
                ),
            )
            for number, one in enumerate(schedule, 1)
        ]
        return appscaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{self._service.cluster.cluster_name}/{self._service.service_name}",
            min_capacity=low,
            max_capacity=high,
            scheduled_actions=scheduled or None,
        )

    def _track(self, id: str, aim: float, **metric: Any) -> appscaling.CfnScalingPolicy:
        return appscaling.CfnScalingPolicy(
            self,
            id,
            policy_name=id,
            policy_type="TargetTrackingScaling",
            scaling_target_id=self.target.ref,
            target_tracking_scaling_policy_configuration=appscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=aim,
                scale_out_cooldown=self._out.to_seconds(),
                scale_in_cooldown=self._in.to_seconds(),
                **metric,
            ),
        )

    def _track_predefined(self, id: str, kind: str, aim: float, label: str | None = None) -> appscaling.CfnScalingPolicy:
        specification = appscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
            predefined_metric_type=kind, resource_label=label
        )
        return self._track(id, aim, predefined_metric_specification=specification)

    def _follow_backlog(self, queue: sqs.IQueue, backlog: float) -> None:
        """Messages for each task; and from none to one by steps, as a share of no tasks is no number."""
        waiting = queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum")
        running = cloudwatch.Metric(
            namespace="ECS/ContainerInsights",
            metric_name="RunningTaskCount",
            dimensions_map={
                "ClusterName": self._service.cluster.cluster_name,
                "ServiceName": self._service.service_name,
            },
            period=MINUTE,
            statistic="Maximum",
        )
        share = Query(id="share", expression="IF(tasks > 0, waiting / tasks, waiting)", label="Messages for each task")
        queries = [share, _query("waiting", waiting), _query("tasks", running)]
        specification = appscaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty(metrics=queries)
        self._track("Backlog", backlog, customized_metric_specification=specification)
        stranded = cloudwatch.MathExpression(
            expression="IF(FILL(tasks, 0) > 0, 0, waiting)",
            using_metrics={"waiting": waiting, "tasks": running.with_(statistic="Minimum")},
            period=MINUTE,
            label="Messages while no task runs",
        )
        StepPolicy(self, "FromZero", target=self.target, metric=stranded, steps=[Step(1, at_least=1)], cooldown=self._out)

    def _follow_response_time(self, group: elbv2.ApplicationTargetGroup, wanted: Duration, *, scale_in: bool) -> None:
        metric = group.metrics.target_response_time(period=MINUTE, statistic="Average")
        seconds = wanted.to_milliseconds() / 1000
        StepPolicy(
            self,
            "Slow",
            target=self.target,
            metric=metric,
            steps=[Step(10, at_least=seconds), Step(30, at_least=2 * seconds)],
            in_percent=True,
            periods=2,
            cooldown=self._out,
        )
        if scale_in:
            StepPolicy(
                self,
                "Quick",
                target=self.target,
                metric=metric,
                steps=[Step(-10, at_most=seconds / 2)],
                in_percent=True,
                periods=15,
                cooldown=self._in,
                without_data=True,
            )

    def _follow_steps(self, id: str, one: MetricSteps) -> None:
        up = [step for step in one.steps if step.at_least is not None]
        down = [step for step in one.steps if step.at_most is not None]
        for name, steps in (("Up", up), ("Down", down)):
            if steps:
                cooldown = self._out if steps[0].change > 0 else self._in
                StepPolicy(self, f"{id}{name}", target=self.target, metric=one.metric, steps=steps, cooldown=cooldown)


def _query(id: str, metric: cloudwatch.Metric) -> Query:
    dimensions = [Dimension(name=name, value=value) for name, value in (metric.dimensions or {}).items()]
    described = Metric(namespace=metric.namespace, metric_name=metric.metric_name, dimensions=dimensions)
    return Query(id=id, metric_stat=Stat(metric=described, stat="Maximum"), return_data=False)
