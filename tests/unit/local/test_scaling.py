import pytest

from dockyard.local.scaling import problem, stepped, tracked

STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 3},
    {"MetricIntervalLowerBound": -10, "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1},
    {"MetricIntervalUpperBound": -10, "ScalingAdjustment": -2},
]


@pytest.mark.parametrize(
    "count, value, target, wanted",
    [
        (1, 100, 50, 2),
        (2, 60, 50, 3),
        (4, 10, 50, 1),
        (3, 0, 50, 0),
        (0, 35, 10, 4),
        (0, 0, 10, 0),
        (10, 33, 30, 11),
        (3, 0.3, 0.3, 3),
    ],
)
def test_target_tracking_shares_the_metric_among_the_tasks(count, value, target, wanted):
    assert tracked(count, value, target) == wanted


@pytest.mark.parametrize("distance, wanted", [(0, 5), (9.9, 5), (10, 7), (1000, 7), (-5, 3), (-9.9, 3), (-10, 2), (-10.1, 2)])
def test_the_step_of_the_distance_holds(distance, wanted):
    assert stepped(4, distance, {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS}) == wanted


@pytest.mark.parametrize(
    "count, percent, at_least, wanted",
    [
        (10, 25, 0, 12),
        (10, 1, 0, 11),
        (10, -1, 0, 9),
        (10, -25, 0, 8),
        (10, 10, 3, 13),
        (10, -10, 3, 7),
        (0, 50, 2, 2),
        (4, 0, 2, 4),
    ],
)
def test_a_percentage_is_rounded_towards_zero_but_not_to_it(count, percent, at_least, wanted):
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": percent}]
    configuration = {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": steps, "MinAdjustmentMagnitude": at_least}
    assert stepped(count, 1, configuration) == wanted


def test_an_exact_capacity_is_that():
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 6}]
    assert stepped(2, 1, {"AdjustmentType": "ExactCapacity", "StepAdjustments": steps}) == 6
    assert stepped(2, -1, {"AdjustmentType": "ExactCapacity", "StepAdjustments": steps}) is None


def test_steps_must_meet():
    assert problem(STEPS) is None
    assert problem([]) is not None
    assert "gap" in str(problem([STEPS[0], {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 3}]))
    assert "less" in str(problem([{"MetricIntervalLowerBound": 5, "MetricIntervalUpperBound": 5, "ScalingAdjustment": 3}]))
