"""Step scaling: the further a metric is from where it should be, the more is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions

from constructs import Construct


@dataclass(frozen=True)
class Step:
    """How many tasks more (or, below 0, fewer) from a value of the metric upwards (`at_least`) or downwards (`at_most`)."""

    change: int
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class MetricSteps:
    """Steps by a metric; of several steps whose value is reached, the one farthest out is made."""

    metric: cloudwatch.IMetric
    steps: Sequence[Step]


class StepPolicy(Construct):
    """A step scaling policy and the alarm that calls it. Its name is its id.

    https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        target: appscaling.CfnScalableTarget,
        metric: cloudwatch.IMetric,
        steps: Sequence[Step],
        cooldown: Duration,
        periods: int = 1,
        in_percent: bool = False,
        without_data: bool = False,
    ) -> None:
        """Make the policy and its alarm.

        :param target: what is scaled.
        :param metric: what is looked at, in its own periods.
        :param steps: all with `at_least`, or all with `at_most`.
        :param cooldown: wait after a step.
        :param periods: how many in a row must reach the value.
        :param in_percent: changes are percent of the tasks that run, at least one task.
        :param without_data: whether a period without data counts as one that reaches the value.
        """
        super().__init__(scope, id)
        upwards = [step for step in steps if step.at_least is not None]
        if not steps or len(upwards) not in (0, len(steps)):
            raise ValueError("steps should be at least one, and all with at_least or all with at_most")
        kinds = appscaling.AdjustmentType
        action = appscaling.StepScalingAction(
            self,
            "Policy",
            policy_name=id,
            scaling_target=appscaling.ScalableTarget.from_scalable_target_attributes(
                self,
                "Target",
                scalable_target_id=target.ref,
                service_namespace=target.service_namespace,
                scalable_dimension=target.scalable_dimension,
            ),
            adjustment_type=kinds.PERCENT_CHANGE_IN_CAPACITY if in_percent else kinds.CHANGE_IN_CAPACITY,
            min_adjustment_magnitude=1 if in_percent else None,
            cooldown=cooldown,
        )
        threshold = _add_upwards(action, steps) if upwards else _add_downwards(action, steps)
        operators, missing = cloudwatch.ComparisonOperator, cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=(
                operators.GREATER_THAN_OR_EQUAL_TO_THRESHOLD if upwards else operators.LESS_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=missing.BREACHING if without_data else missing.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.ApplicationScalingAction(action))


def _add_upwards(action: appscaling.StepScalingAction, steps: Sequence[Step]) -> float:
    """Add the adjustments, which are told by their distances from the threshold; the threshold is the lowest value."""
    ordered = sorted((step.at_least or 0, step.change) for step in steps)
    threshold = ordered[0][0]
    for (value, change), after in zip(ordered, [*ordered[1:], None], strict=True):
        upper = after[0] - threshold if after else None
        action.add_adjustment(adjustment=change, lower_bound=value - threshold, upper_bound=upper)
    return threshold


def _add_downwards(action: appscaling.StepScalingAction, steps: Sequence[Step]) -> float:
    """The same, from the highest value downwards."""
    ordered = sorted((step.at_most or 0, step.change) for step in steps)
    threshold = ordered[-1][0]
    for before, (value, change) in zip([None, *ordered[:-1]], ordered, strict=True):
        lower = before[0] - threshold if before else None
        action.add_adjustment(adjustment=change, lower_bound=lower, upper_bound=value - threshold)
    return threshold
