"""Alarms that tell that a service does not do well, with thresholds that suit most."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Fn
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from dockyard_constructs.network_load_balancer import NetworkLoadBalancer

FEW_REQUESTS = 20
"""So few requests in a minute tell nothing of the share that fails."""
_MINUTE = 60


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
    """One alarm: too much in `points` of the last `of` minutes. `metric` is what `CfnAlarm` is told of it."""

    metric: dict[str, Any]
    threshold: float | None
    text: str
    """Of what there is too much."""
    points: int = 3
    of: int = 5


class ServiceAlarms(Construct):
    """Alarms of one service, by name in `alarms`: of what it has, those that have a threshold.

    With `load_balancer_full_name`: `errors`, `latency`, `unhealthy`; with `network`: `unhealthy`. Always: `cpu`, `memory`. With
    `queue`: `queue-age`. With `dead_letter_queue`: `dead-letters`. No data is no alarm, as without requests or tasks.

    They are CloudFormation's own resources, which take a third of the calls that CDK's classes of metrics and alarms take, and
    their parts are mappings, which cost half of what CDK's classes for these do.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.IBaseService,
        target_group: elbv2.IApplicationTargetGroup | None = None,
        alternate_target_group: elbv2.IApplicationTargetGroup | None = None,
        load_balancer_full_name: str | None = None,
        internal: tuple[elbv2.IApplicationTargetGroup, str] | None = None,
        network: NetworkLoadBalancer | None = None,
        queue: sqs.IQueue | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
        thresholds: AlarmThresholds | None = None,
        topic: sns.ITopic | None = None,
        name_prefix: str | None = None,
    ) -> None:
        """Make the alarms.

        :param service: the service, owned or imported.
        :param target_group: its targets; wants `load_balancer_full_name`, `app/<name>/<id>`.
        :param alternate_target_group: the second one, where deployments go from one to the other: alarms look at both.
        :param internal: its targets behind a second load balancer, beside `target_group`, and the full name of that: alarms
            look at both.
        :param network: its load balancer for what is no HTTP, whose targets `unhealthy` looks at, too.
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
        rules = _of_tasks(service, limits)
        sides: dict[str, dict[str, str]] = {}
        if target_group and load_balancer_full_name:
            sides[""] = _side(target_group, load_balancer_full_name)
            if alternate_target_group:
                sides["_alternate"] = _side(alternate_target_group, load_balancer_full_name)
            if internal:
                sides["_internal"] = _side(*internal)
            rules |= _of_requests(sides, limits)
        if sides or network:
            unhealthy = _worst_of("unhealthy", _unhealthy(sides, network))
            rules["unhealthy"] = _Rule(unhealthy, limits.unhealthy, "targets that fail their health checks")
        if queue:
            age = _metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=queue.queue_name)
            rules["queue-age"] = _Rule(age, limits.queue_age, "seconds that the oldest message waits")
        if dead_letter_queue:
            name = dead_letter_queue.queue_name
            letters = _metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=name)
            rules["dead-letters"] = _Rule(letters, limits.dead_letters, "messages that were given up", points=1, of=1)
        told = [topic.topic_arn] if topic else None
        self.alarms = {
            name: cloudwatch.CfnAlarm(
                self,
                name,
                alarm_name=f"{name_prefix}-{name}" if name_prefix else None,
                alarm_description=f"{rule.threshold:g} or more {rule.text}, in {rule.points} of {rule.of} minutes",
                threshold=rule.threshold,
                comparison_operator="GreaterThanOrEqualToThreshold",
                datapoints_to_alarm=rule.points,
                evaluation_periods=rule.of,
                treat_missing_data="notBreaching",
                alarm_actions=told,
                ok_actions=told,
                **rule.metric,
            )
            for name, rule in rules.items()
            if rule.threshold is not None
        }


def _of_tasks(service: ecs.IBaseService, limits: AlarmThresholds) -> dict[str, _Rule]:
    whose = {"ClusterName": service.cluster.cluster_name, "ServiceName": service.service_name}
    cpu, memory = (_metric("AWS/ECS", f"{name}Utilization", "Average", **whose) for name in ("CPU", "Memory"))
    return {
        "cpu": _Rule(cpu, limits.cpu, "percent of the service's CPU", points=10, of=15),
        "memory": _Rule(memory, limits.memory, "percent of the service's memory", points=10, of=15),
    }


def _of_requests(sides: Mapping[str, dict[str, str]], limits: AlarmThresholds) -> dict[str, _Rule]:
    """Of the target group; of two, of that which does worse, so that a canary is seen that has a small share of the requests.

    :param sides: the dimensions of each target group with its load balancer, by what ends the names of its metrics.
    """

    def each(id: str, name: str, statistic: str) -> dict[str, dict[str, Any]]:
        return {f"{id}{suffix}": _metric("AWS/ApplicationELB", name, statistic, **of) for suffix, of in sides.items()}

    counted = {
        **each("requests", "RequestCount", "Sum"),
        **each("answered", "HTTPCode_Target_5XX_Count", "Sum"),
        **each("unreached", "TargetConnectionErrorCount", "Sum"),
    }
    shares = {f"of{suffix}": _share(suffix) for suffix in sides}
    texts = {"share": _share("")} if len(sides) == 1 else {"share": _worst(shares), **shares}
    seconds = _worst_of("seconds", each("seconds", "TargetResponseTime", "p95"))
    return {
        "errors": _Rule(_expressions(texts, counted, label="percent"), limits.errors, "percent of requests that fail"),
        "latency": _Rule(seconds, limits.latency, "seconds for 5 of 100 requests"),
    }


def _unhealthy(sides: Mapping[str, dict[str, str]], network: NetworkLoadBalancer | None) -> dict[str, dict[str, Any]]:
    """Targets that are not well, of each target group."""
    every = {suffix: ("AWS/ApplicationELB", side) for suffix, side in sides.items()}
    for number, group in enumerate(network.target_groups if network else (), 1):
        every[f"_network{number}"] = "AWS/NetworkELB", _side(group, network.full_name if network else "")
    return {
        f"unhealthy{suffix}": _metric(namespace, "UnHealthyHostCount", "Maximum", **side)
        for suffix, (namespace, side) in every.items()
    }


def _worst_of(label: str, found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The metric; of several, the highest."""
    only, *more = found.values()
    return _expressions({"share": _worst(found)}, found, label=label) if more else only


def _share(suffix: str) -> str:
    requests, answered, unreached = (f"{name}{suffix}" for name in ("requests", "answered", "unreached"))
    return f"IF({requests} >= {FEW_REQUESTS}, 100 * (FILL({answered}, 0) + FILL({unreached}, 0)) / {requests}, 0)"


def _worst(of: Iterable[str]) -> str:
    return f"MAX([{', '.join(f'FILL({one}, 0)' for one in of)}])"


def _side(target_group: elbv2.ITargetGroup, load_balancer: str) -> dict[str, str]:
    """The dimensions of its metrics. An imported group does not tell its name, `targetgroup/<name>/<id>`."""
    if isinstance(target_group, elbv2.ApplicationTargetGroup | elbv2.NetworkTargetGroup):
        return {"TargetGroup": target_group.target_group_full_name, "LoadBalancer": load_balancer}
    return {"TargetGroup": Fn.select(5, Fn.split(":", target_group.target_group_arn)), "LoadBalancer": load_balancer}


def _metric(namespace: str, name: str, statistic: str, **dimensions: str) -> dict[str, Any]:
    """What `CfnAlarm` is told of a metric, by the minute."""
    return {
        "namespace": namespace,
        "metric_name": name,
        "dimensions": [{"name": key, "value": value} for key, value in dimensions.items()],
        "extended_statistic" if statistic.startswith("p") else "statistic": statistic,
        "period": _MINUTE,
    }


def _expressions(texts: Mapping[str, str], metrics: Mapping[str, dict[str, Any]], *, label: str) -> dict[str, Any]:
    """What `CfnAlarm` is told of expressions over metrics, of which the first is the one that counts."""
    wanted = next(iter(texts))
    found = [
        {"id": id, "expression": text, "returnData": id == wanted, **({"label": label} if id == wanted else {})}
        for id, text in texts.items()
    ]
    queries = [
        {
            "id": id,
            "returnData": False,
            "metricStat": {
                "metric": {
                    "namespace": metric["namespace"],
                    "metricName": metric["metric_name"],
                    "dimensions": metric["dimensions"],
                },
                "period": metric["period"],
                "stat": metric.get("statistic") or metric["extended_statistic"],
            },
        }
        for id, metric in metrics.items()
    ]
    return {"metrics": [*found, *queries]}
