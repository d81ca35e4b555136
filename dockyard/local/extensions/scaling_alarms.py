"""The two alarms of a target tracking policy: one above the target, one well below it.

Where AWS looks at three minutes above and at fifteen below nine tenths of the target, here it is datapoints of two seconds. Sums
(as requests) stay those of a minute.
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import cloudwatch

from dockyard.local.extensions import alarms

PERIOD, ABOVE_PERIODS, BELOW_PERIODS = 2, 3, 5
SUM_PERIOD = 60
_WELL_BELOW = 0.9
_OF_SERVICE = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
    "ECSServiceAverageCPUUtilizationHighResolution": "CPUUtilization",
    "ECSServiceAverageMemoryUtilizationHighResolution": "MemoryUtilization",
}


def put(policy: Mapping[str, Any]) -> list[dict[str, str]]:
    """Make or renew the alarms of a policy; as the policy names them. Raises ValueError for a metric that is not known."""
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    metrics, target = _metrics(policy["ResourceId"], configuration), configuration["TargetValue"]
    sums = any((metric.get("MetricStat") or {}).get("Stat") in ("Sum", "SampleCount") for metric in metrics)
    period = SUM_PERIOD if sums else PERIOD
    above = {"Threshold": target, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1 if sums else ABOVE_PERIODS}
    below = {
        "Threshold": target * _WELL_BELOW, "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": 1 if sums else BELOW_PERIODS,
    }  # fmt: skip
    named = policy.get("Alarms") or [{"AlarmName": f"TargetTracking-{policy['ResourceId']}-Alarm{side}-{new_uuid()}"}
                                     for side in ("High", "Low")]  # fmt: skip
    made = [
        _alarm(one["AlarmName"], policy["PolicyARN"], [_with_period(metric, period) for metric in metrics], rule)
        for one, rule in zip(named, (above, below), strict=True)
    ]
    for alarm in made:
        cloudwatch._alarms[alarm["AlarmName"]] = alarm
    return [{"AlarmName": alarm["AlarmName"], "AlarmARN": alarm["AlarmArn"]} for alarm in made]


def delete(policy: Mapping[str, Any]) -> None:
    """Delete the alarms of a policy."""
    for alarm in policy.get("Alarms") or []:
        cloudwatch._alarms.pop(alarm["AlarmName"], None)


def _alarm(name: str, policy_arn: str, metrics: list[dict[str, Any]], rule: dict[str, Any]) -> dict[str, Any]:
    alarms.checked({**rule, "Metrics": metrics})
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}",
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy_arn}.",
        "AlarmActions": [policy_arn], "OKActions": [], "InsufficientDataActions": [], "ActionsEnabled": True,
        "StateValue": "INSUFFICIENT_DATA", "StateReason": "Unchecked: Initial alarm creation",
        "TreatMissingData": "missing", "Metrics": metrics, **rule,
    }  # fmt: skip


def _metrics(resource_id: str, configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    if predefined := configuration.get("PredefinedMetricSpecification"):
        return [_predefined(resource_id, predefined)]
    custom = configuration["CustomizedMetricSpecification"]
    if custom.get("Metrics"):
        return [{"ReturnData": True, **metric} for metric in custom["Metrics"]]
    if not (custom.get("Namespace") and custom.get("MetricName") and custom.get("Statistic")):
        raise ValueError("MetricName, Namespace and Statistic must be specified for a customized metric")
    metric = {"Namespace": custom["Namespace"], "MetricName": custom["MetricName"], "Dimensions": custom.get("Dimensions") or []}
    return [_one(metric, custom["Statistic"], custom.get("Unit"))]


def _predefined(resource_id: str, specification: Mapping[str, Any]) -> dict[str, Any]:
    kind, label = specification["PredefinedMetricType"], specification.get("ResourceLabel") or ""
    if kind in _OF_SERVICE:
        _, cluster, service = resource_id.split("/")
        dimensions = {"ClusterName": cluster, "ServiceName": service}
        return _one(_metric("AWS/ECS", _OF_SERVICE[kind], dimensions), "Average")
    if kind == "ALBRequestCountPerTarget":
        _, separator, group = label.partition("/targetgroup/")
        if not separator:
            raise ValueError(f"The resource label {label or 'null'} is not app/<name>/<id>/targetgroup/<name>/<id>")
        return _one(_metric("AWS/ApplicationELB", "RequestCountPerTarget", {"TargetGroup": f"targetgroup/{group}"}), "Sum")
    raise ValueError(f"The predefined metric type {kind} is not valid for the ecs service namespace")


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def _one(metric: dict[str, Any], statistic: str, unit: str | None = None) -> dict[str, Any]:
    return {
        "Id": "m",
        "MetricStat": {"Metric": metric, "Stat": statistic, **({"Unit": unit} if unit else {})},
        "ReturnData": True,
    }


def _with_period(metric: Mapping[str, Any], period: int) -> dict[str, Any]:
    if "MetricStat" not in metric:
        return dict(metric)
    return {**metric, "MetricStat": {**metric["MetricStat"], "Period": period}}
