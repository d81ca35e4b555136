"""The state of a CloudWatch alarm, from its last datapoints and from how it treats missing ones.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
EXTRA_PERIODS = 2
"""How much further back than its evaluation periods an alarm looks for datapoints, where newer ones are missing."""
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Rule:
    """What an alarm asks of its datapoints."""

    threshold: float
    comparison: str
    periods: int
    to_alarm: int
    """M of N."""
    missing: str

    @staticmethod
    def of(alarm: Mapping[str, Any]) -> "Rule":
        """The rule of an alarm as PutMetricAlarm has it."""
        periods = int(alarm["EvaluationPeriods"])
        return Rule(
            float(alarm["Threshold"]), alarm["ComparisonOperator"], periods, int(alarm.get("DatapointsToAlarm") or periods),
            alarm.get("TreatMissingData") or "missing",
        )  # fmt: skip

    def breached(self, value: float) -> bool:
        """Whether a value is on the alarm's side of the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


def next_state(points: Sequence[float | None], rule: Rule, current: State) -> State:
    """The state after these datapoints, the newest first; None is a missing one.

    Missing ones count only where all that is looked at has fewer real ones than evaluation periods.
    """
    real = [value for value in points if value is not None][: rule.periods]
    if not real:
        return {"breaching": "ALARM", "notBreaching": "OK", "ignore": current}.get(rule.missing, "INSUFFICIENT_DATA")  # type: ignore[return-value]
    breaching, lacking = sum(map(rule.breached, real)), rule.periods - len(real)
    if breaching + (lacking if rule.missing == "breaching" else 0) >= rule.to_alarm:
        return "ALARM"
    if lacking and breaching == len(real) and rule.missing in ("missing", "ignore"):
        ages = [age for age, value in enumerate(points[: rule.periods], 1) if value is not None]
        old_enough = max(ages, default=0) >= rule.to_alarm
        return "ALARM" if rule.missing == "missing" and old_enough else current
    return "OK"


def reason(points: Sequence[float | None], rule: Rule, old: State, new: State) -> str:
    """Why, in CloudWatch's words."""
    real = [value for value in points if value is not None][: rule.periods]
    if new == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {rule.periods} datapoint{'s were' if rule.periods > 1 else ' was'} unknown."
    if not real:
        treated = "Breaching" if new == "ALARM" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} period{'s' * (rule.periods > 1)} and "
            f"{rule.periods} missing datapoint{'s were' if rule.periods > 1 else ' was'} treated as [{treated}]."
        )
    counted = [value for value in real if rule.breached(value) == (new == "ALARM")]
    words = COMPARISONS[rule.comparison][1]
    needed = rule.to_alarm if new == "ALARM" else rule.periods - rule.to_alarm + 1
    return (
        f"Threshold Crossed: {len(counted)} out of the last {rule.periods} datapoints {counted} "
        f"{'were' if len(counted) > 1 else 'was'} {'' if new == 'ALARM' else 'not '}{words} the threshold ({rule.threshold}) "
        f"(minimum {needed} datapoint{'s' * (needed > 1)} for {old} -> {new} transition)."
    )
