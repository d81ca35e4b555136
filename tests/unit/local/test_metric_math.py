import pytest

from dockyard.local.metric_math import evaluated

METRICS = {"m1": {1: 10.0, 2: 20.0, 3: 30.0}, "m2": {1: 2.0, 3: 0.0}, "tasks": {1: 0.0, 2: 2.0, 3: 3.0}, "none": {}}


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("m1", {1: 10, 2: 20, 3: 30}),
        ("m1 * 2 + 1", {1: 21, 2: 41, 3: 61}),
        ("1 + 2 * m1", {1: 21, 2: 41, 3: 61}),
        ("(1 + m1) * 2", {1: 22, 2: 42, 3: 62}),
        ("10 - 4 - m2", {1: 4, 3: 6}),
        ("-m2 ^ 2", {1: 4, 3: 0}),
        ("m1 / m2", {1: 5}),
        ("m1 + m2", {1: 12, 3: 30}),
        ("IF(tasks > 0, m1 / tasks, m1)", {1: 10, 2: 10, 3: 10}),
        ("IF(m1 >= 20 AND m1 != 30, 1, 0)", {1: 0, 2: 1, 3: 0}),
        ("IF(m1 < 15 || m1 == 30, m1)", {1: 10, 3: 30}),
        ("FILL(m2, 7)", {1: 2, 2: 7, 3: 0}),
        ("FILL(m2, REPEAT)", {1: 2, 2: 2, 3: 0}),
        ("FILL(m2, m1)", {1: 2, 2: 20, 3: 0}),
        ("m1 + FILL(none, 0)", {1: 10, 2: 20, 3: 30}),
        ("SUM([m1, m2])", {1: 12, 2: 20, 3: 30}),
        ("MAX([m1, tasks])", {1: 10, 2: 20, 3: 30}),
        ("MIN([m1, tasks])", {1: 0, 2: 2, 3: 3}),
        ("AVG([m1, m2])", {1: 6, 2: 20, 3: 15}),
        ("SUM(METRICS('m'))", {1: 12, 2: 20, 3: 30}),
        ("SUM(METRICS('m') * 2)", {1: 24, 2: 40, 3: 60}),
        ("MAX(m1)", {1: 30, 2: 30, 3: 30}),
        ("m1 - AVG(m1)", {1: -10, 2: 0, 3: 10}),
        ("CEIL(m1 / 7)", {1: 2, 2: 3, 3: 5}),
        ("e2 + 1", {1: 101, 2: 201, 3: 301}),
        ("none", {}),
        ("SUM(none)", {}),
    ],
)
def test_an_expression_has_a_value_at_each_point(expression, expected):
    assert evaluated("e1", {"e1": expression, "e2": "m1 * 10"}, METRICS, [1, 2, 3]) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "m1 +", "m9", "m1 m2", "(m1", "e1", "RATE(m1)", "ANOMALY_DETECTION_BAND(m1, 2)", "FILL(m1)", "[m1, m2]", "SUM(1, 2)", "m1 ; 2",
     "SEARCH('{AWS/ECS}', 'Sum', 60)", "[1]", "IF(m1)"],
)  # fmt: skip
def test_what_is_not_understood_is_refused(expression):
    with pytest.raises(ValueError, match="Error in expression 'e1'"):
        evaluated("e1", {"e1": expression}, METRICS, [1, 2, 3])
