"""Alarms are evaluated all the time, with exactly their metric, and also where there is no data.

- The dimensions of an alarm name one metric; M of the last N datapoints decide; `TreatMissingData` says what a missing one means.
  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
- An alarm may be on an expression over metrics, and `GetMetricData` evaluates expressions. What `metric_math` does not know is
  refused, as is anomaly detection.
  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

A period is counted back from the moment of evaluation, not from the full minute: here nobody waits for the minute to end.
"""

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from dockyard.local.alarm_states import COMPARISONS, EXTRA_PERIODS, Rule, next_state, reason
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.metrics import every, scopes
from dockyard.local.metric_math import Series, evaluated

Alarm = dict[str, Any]

_SECONDS = 1.0
_STATISTIC = re.compile(r"SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?|p100")
_MISSING = ("missing", "notBreaching", "breaching", "ignore")
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")

_evaluating = threading.Lock()


def install(_: Instance) -> None:
    """Evaluate."""
    put, get = cloudwatch._put_metric_alarm, cloudwatch._get_metric_data
    record = provisioners._cw_metric_alarm_record

    def put_metric_alarm(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        try:
            metrics = checked(data) if data else _refuse_query_form(params)
        except ValueError as error:
            return cloudwatch._error("ValidationError", str(error), 400, use_json=is_json, use_cbor=is_cbor)
        answer = put(params, data, is_cbor, is_json)
        if answer[0] < 300 and metrics:
            _set_metrics(cloudwatch._alarms[data["AlarmName"]], metrics)
        return answer

    def get_metric_data(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        if not any(query.get("Expression") for query in (data or {}).get("MetricDataQueries", [])):
            return get(params, data, is_cbor, is_json)
        try:
            results = _with_expressions(data, get)
        except ValueError as error:
            return cloudwatch._error("ValidationError", str(error), 400, use_json=is_json, use_cbor=is_cbor)
        if is_cbor:
            return cloudwatch._cbor_ok({"MetricDataResults": [cloudwatch._cbor_metric_data_result(one) for one in results]})
        return cloudwatch._json_ok({"MetricDataResults": results})

    def record_of_template(name: str, props: dict[str, Any]) -> Alarm:
        metrics = checked(props)
        if not metrics:
            return dict(record(name, props))
        placeholder = {**{key: value for key, value in props.items() if key != "Metrics"}, "MetricName": "-", "Namespace": "-"}
        return _set_metrics(record(name, placeholder), metrics)

    cloudwatch._put_metric_alarm, cloudwatch._get_metric_data = put_metric_alarm, get_metric_data
    cloudwatch._evaluate_alarm = evaluate
    provisioners._cw_metric_alarm_record = record_of_template
    every(_SECONDS, _evaluate_all, "alarms")


def _evaluate_all() -> None:
    for account, region in scopes(cloudwatch._alarms):
        with request_scope(account, region):
            for alarm in cloudwatch._alarms.values():
                evaluate(alarm)


def evaluate(alarm: Alarm) -> None:
    """Give the alarm the state that its metric asks for, and do its actions where that is another one."""
    with _evaluating:
        if not _metrics_of(alarm) or cloudwatch._alarms.get(alarm["AlarmName"]) is not alarm:
            return
        points, rule, old = datapoints(alarm), Rule.of(alarm), alarm["StateValue"]
        new = next_state(points, rule, old)
        if new == old:
            return
        why = reason(points, rule, old, new)
        alarm.update(StateValue=new, StateReason=why, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], old, new, why)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, why)
    cloudwatch._evaluate_parent_alarms(alarm)


def datapoints(alarm: Alarm) -> list[float | None]:
    """The last datapoints of an alarm's metric or expression, the newest first; None where there is none."""
    metrics, now = _metrics_of(alarm), time.time()
    count = int(alarm["EvaluationPeriods"]) + EXTRA_PERIODS
    periods, seconds = range(1 - count, 1), _period(metrics)
    series = {m["Id"]: _series(m["MetricStat"], seconds, now, count) for m in metrics if m.get("MetricStat")}
    found = evaluated(_wanted(metrics), _expressions(metrics), series, periods)
    return [found.get(number) for number in reversed(periods)]


def period(alarm: Alarm) -> int:
    """Seconds of a datapoint."""
    return _period(_metrics_of(alarm))


def _metrics_of(alarm: Alarm) -> list[dict[str, Any]]:
    """The alarm's metrics, also where it has a single one."""
    if alarm.get("Metrics") or not alarm.get("MetricName"):
        return alarm.get("Metrics") or []
    metric = {key: alarm.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    return [{"Id": "m", "MetricStat": {"Metric": metric, "Period": alarm.get("Period"), "Stat": stat, "Unit": alarm.get("Unit")}}]


def _series(stat: Mapping[str, Any], period: int, now: float, count: int) -> Series:
    """A metric's statistic by period: 0 is the one that ends now, -1 the one before."""
    metric = stat["Metric"]
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))) or []
    by_period: dict[int, list[Any]] = {}
    for point in list(points):
        age = int((now - point["Timestamp"]) // period)
        if 0 <= age < count and (not stat.get("Unit") or point["Unit"] == stat["Unit"]):
            by_period.setdefault(-age, []).append(point)
    values = {n: cloudwatch._stat_value(cloudwatch._calc_stats(found), stat["Stat"], found) for n, found in by_period.items()}
    return {number: float(value) for number, value in values.items() if value is not None}


# what is asked for


def checked(alarm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `Metrics` of an alarm. Raises ValueError for what is wrong, and for what is not evaluated here."""
    if alarm.get("ComparisonOperator") not in COMPARISONS or alarm.get("ThresholdMetricId"):
        raise ValueError(f"The local AWS has no anomaly detection: ComparisonOperator {alarm.get('ComparisonOperator')}")
    if (alarm.get("TreatMissingData") or "missing") not in _MISSING:
        raise ValueError(f"TreatMissingData must be one of [{', '.join(_MISSING)}]")
    periods = int(alarm.get("EvaluationPeriods") or 1)
    if not 1 <= int(alarm.get("DatapointsToAlarm") or periods) <= periods:
        raise ValueError("DatapointsToAlarm must be less than or equal to EvaluationPeriods and greater than 0")
    metrics: list[dict[str, Any]] = alarm.get("Metrics") or []
    if bool(metrics) == bool(alarm.get("MetricName")):
        raise ValueError("Exactly one of MetricName and Metrics must be specified")
    if not metrics:
        _check_statistic(alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average")
        return []
    _wanted(metrics), _period(metrics)
    _check_math(metrics, [_wanted(metrics)])
    return metrics


def _refuse_query_form(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    if any(name.startswith("Metrics.member") for name in params):
        raise ValueError("The local AWS takes Metrics by the protocols of this year's SDKs only")
    return []


def _set_metrics(alarm: Alarm, metrics: Sequence[Mapping[str, Any]]) -> Alarm:
    """Make it an alarm on these metrics, with numbers as numbers: templates may have them as text."""
    for key in _OF_ONE_METRIC:
        alarm.pop(key, None)
    alarm["Metrics"] = [_typed(metric) for metric in metrics]
    return alarm


def _typed(metric: Mapping[str, Any]) -> dict[str, Any]:
    typed = {**metric, "ReturnData": _returned(metric)}
    if "MetricStat" in metric:
        typed["MetricStat"] = {**metric["MetricStat"], "Period": int(metric["MetricStat"]["Period"])}
    if "Period" in metric:
        typed["Period"] = int(metric["Period"])
    return typed


def _returned(metric: Mapping[str, Any]) -> bool:
    return str(metric.get("ReturnData", True)).lower() == "true"


def _wanted(metrics: Sequence[Mapping[str, Any]]) -> str:
    returned = [metric["Id"] for metric in metrics if _returned(metric)]
    if len(returned) != 1:
        raise ValueError("Exactly one element of the metrics list should return data.")
    return str(returned[0])


def _period(metrics: Sequence[Mapping[str, Any]]) -> int:
    periods = {int(seconds) for m in metrics if (seconds := (m.get("MetricStat") or m).get("Period"))}
    if len(periods) != 1:
        raise ValueError(f"The local AWS evaluates metrics of one period together, not of {sorted(periods)}")
    return periods.pop()


def _expressions(metrics: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {metric["Id"]: metric["Expression"] for metric in metrics if metric.get("Expression")}


def _check_math(metrics: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> None:
    for metric in metrics:
        if metric.get("MetricStat"):
            _check_statistic(metric["MetricStat"]["Stat"])
    for id in wanted:
        evaluated(id, _expressions(metrics), {metric["Id"]: {} for metric in metrics if metric.get("MetricStat")}, [])


def _check_statistic(name: str) -> None:
    if not _STATISTIC.fullmatch(name):
        raise ValueError(f"The local AWS does not know the statistic {name}")


def _with_expressions(data: dict[str, Any], get: Any) -> list[dict[str, Any]]:
    """GetMetricData: expressions over what their metrics are."""
    queries = data["MetricDataQueries"]
    metrics = [{**query, "ReturnData": True} for query in queries if query.get("MetricStat")]
    _check_math(queries, [query["Id"] for query in queries])
    status, _, body = get({}, {**data, "MetricDataQueries": metrics}, False, True)
    if status >= 400:
        raise ValueError(body.decode())
    results = {result["Id"]: result for result in json.loads(body)["MetricDataResults"]}
    series = {id: dict(zip(result["Timestamps"], result["Values"], strict=True)) for id, result in results.items()}
    moments = _moments(data, _period([*metrics, *queries]))
    for id in _expressions(queries):
        found = evaluated(id, _expressions(queries), series, moments)
        results[id] = {"Id": id, "Label": id, "StatusCode": "Complete", "Timestamps": list(found), "Values": list(found.values())}
    wanted = [{**results[query["Id"]], "Label": query.get("Label") or query["Id"]} for query in queries if _returned(query)]
    return [{**result, "Timestamps": [cloudwatch._ts_iso(moment) for moment in result["Timestamps"]]} for result in wanted]


def _moments(data: Mapping[str, Any], period: int) -> list[int]:
    start, end = (cloudwatch._parse_ts(data[key]) for key in ("StartTime", "EndTime"))
    return list(range(int(start // period) * period, int(end), period))
