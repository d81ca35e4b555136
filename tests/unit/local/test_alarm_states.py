import pytest

from dockyard.local.alarm_states import Rule, next_state, reason


def rule(missing, to_alarm=3):
    return Rule.of({
        "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "DatapointsToAlarm": to_alarm,
        "TreatMissingData": missing,
    })  # fmt: skip


def points(row):
    """The oldest first, as AWS's tables have them: `X` breaches, `0` does not, `-` is missing."""
    return [{"X": 9.0, "0": 1.0, "-": None}[sign] for sign in reversed(row.split())]


AWS_TABLES = [
    ("0 - X - X", 3, "OK OK OK OK"),
    ("- - - - 0", 3, "OK OK OK OK"),
    ("- - - - -", 3, "INSUFFICIENT_DATA current ALARM OK"),
    ("0 X X - X", 3, "ALARM ALARM ALARM ALARM"),
    ("- - X - -", 3, "ALARM current ALARM OK"),
    ("0 - X - X", 2, "ALARM ALARM ALARM ALARM"),
    ("0 0 X 0 X", 2, "ALARM ALARM ALARM ALARM"),
    ("0 - X - -", 2, "OK OK ALARM OK"),
    ("- - - - 0", 2, "OK OK ALARM OK"),
    ("- - - X -", 2, "ALARM current ALARM OK"),
]


@pytest.mark.parametrize("row, to_alarm, states", AWS_TABLES)
def test_missing_datapoints_are_treated_as_in_the_tables_of_aws(row, to_alarm, states):
    for missing, expected in zip(("missing", "ignore", "breaching", "notBreaching"), states.split(), strict=True):
        for current in ("OK", "ALARM", "INSUFFICIENT_DATA"):
            found = next_state(points(row), rule(missing, to_alarm), current)
            assert found == (current if expected == "current" else expected), (missing, current)


def test_a_single_late_datapoint_is_not_yet_an_alarm_of_three():
    assert next_state(points("- - - - X"), rule("missing"), "OK") == "OK"


@pytest.mark.parametrize(
    "comparison, breaching",
    [
        ("GreaterThanThreshold", [6]),
        ("GreaterThanOrEqualToThreshold", [5, 6]),
        ("LessThanThreshold", [4]),
        ("LessThanOrEqualToThreshold", [4, 5]),
    ],
)
def test_a_value_is_compared_with_the_threshold(comparison, breaching):
    one = Rule(5.0, comparison, 1, 1, "missing")
    assert [value for value in (4, 5, 6) if next_state([value], one, "OK") == "ALARM"] == breaching


def test_the_reason_is_told_in_the_words_of_cloudwatch():
    one = Rule(5.0, "GreaterThanThreshold", 1, 1, "missing")
    assert reason([9.0], one, "OK", "ALARM") == (
        "Threshold Crossed: 1 out of the last 1 datapoints [9.0] was greater than the threshold (5.0) "
        "(minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert reason([None], one, "OK", "INSUFFICIENT_DATA") == "Insufficient Data: 1 datapoint was unknown."
    assert "treated as [NonBreaching]" in reason([None], one, "ALARM", "OK")
