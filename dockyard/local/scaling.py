"""How many tasks a scaling policy wants.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any


def tracked(count: int, value: float, target: float) -> int:
    """So many that the metric, shared by them, would be at its target; where none runs, as if one did."""
    return math.ceil(round(max(count, 1) * value / target, 6))


def stepped(count: int, distance: float, configuration: Mapping[str, Any]) -> int | None:
    """What the step says that holds for a metric at this distance from the alarm's threshold; None where none does."""
    step = next((step for step in configuration.get("StepAdjustments") or [] if _holds(step, distance)), None)
    if step is None:
        return None
    adjustment = int(step["ScalingAdjustment"])
    if configuration["AdjustmentType"] == "ExactCapacity":
        return adjustment
    if configuration["AdjustmentType"] == "ChangeInCapacity":
        return count + adjustment
    return count + _share(count, adjustment, int(configuration.get("MinAdjustmentMagnitude") or 0))


def _holds(step: Mapping[str, Any], distance: float) -> bool:
    """Above the threshold the lower bound is in the step, below it the upper one."""
    lower, upper = (float(step.get(f"MetricInterval{end}Bound", default)) for end, default in
                    (("Lower", -math.inf), ("Upper", math.inf)))  # fmt: skip
    return lower <= distance < upper if distance > 0 or lower == 0 else lower < distance <= upper


def _share(count: int, percent: int, at_least: int) -> int:
    """A percentage as AWS rounds it: towards zero, but never to zero."""
    change = count * percent / 100
    whole = math.trunc(change) if abs(change) > 1 else math.ceil(change) if change > 0 else math.floor(change)
    return int(math.copysign(max(abs(whole), at_least), percent)) if percent else 0


def problem(steps: Sequence[Mapping[str, Any]]) -> str | None:
    """What is wrong with the intervals of steps, in AWS's words."""
    if not steps:
        return "At least one StepAdjustment must be specified for step scaling policies"
    spans = sorted(
        (float(step.get("MetricIntervalLowerBound", -math.inf)), float(step.get("MetricIntervalUpperBound", math.inf)))
        for step in steps
    )
    if any(lower >= upper for lower, upper in spans):
        return "StepAdjustment interval lower bound must be less than its upper bound"
    if any(before[1] != after[0] for before, after in itertools.pairwise(spans)):
        return "There is a gap or an overlap between the StepAdjustment intervals"
    return None
