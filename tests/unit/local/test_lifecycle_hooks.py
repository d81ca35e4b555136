import pytest

from dockyard.local.lifecycle_hooks import Answer, answer, details, event, of_stage, problems, timeout

LAMBDA = {"hookTargetArn": "f", "roleArn": "r", "lifecycleStages": ["PRE_SCALE_UP"]}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"]}


@pytest.mark.parametrize(
    "given, wanted",
    [
        ({"hookStatus": "SUCCEEDED"}, Answer("SUCCEEDED")),
        ({"hookStatus": "FAILED"}, Answer("FAILED")),
        ({"hookStatus": "IN_PROGRESS"}, Answer("IN_PROGRESS", 30.0)),
        ({"hookStatus": "IN_PROGRESS", "callBackDelay": 0, "hookDetails": {"n": 1}}, Answer("IN_PROGRESS", 0.0, {"n": 1})),
        ({"hookStatus": "MAYBE"}, Answer("FAILED")),
        ({}, Answer("FAILED")),
        ("SUCCEEDED", Answer("FAILED")),
        (None, Answer("FAILED")),
    ],
)
def test_what_is_no_answer_is_a_failure(given, wanted):
    assert answer(given) == wanted


def test_hooks_are_those_that_name_the_stage():
    assert of_stage([LAMBDA, PAUSE], "PRE_SCALE_UP") == [LAMBDA, PAUSE]
    assert of_stage([LAMBDA, PAUSE], "POST_SCALE_UP") == [PAUSE]
    assert of_stage([LAMBDA, PAUSE], "SCALE_UP") == []


def test_weights_are_told_where_they_are_shifted():
    weights = {"test": {"green": 100.0}, "production": {"green": 5.0, "blue": 95.0}}

    def told(stage):
        execution = event(stage, "e", "d", "s", "green", weights)["executionDetails"]
        return execution["testTrafficWeights"], execution["productionTrafficWeights"]

    assert told("POST_SCALE_UP") == ({}, {})
    assert told("TEST_TRAFFIC_SHIFT") == (weights["test"], {})
    assert told("PRE_PRODUCTION_TRAFFIC_SHIFT") == told("PRODUCTION_TRAFFIC_SHIFT") == ({}, weights["production"])


def test_details_may_be_the_text_of_an_object():
    assert details({"hookDetails": '{"Key": 1}'}) == details({"hookDetails": {"Key": 1}}) == {"Key": 1}
    assert details({}) == {}


def test_a_hook_has_a_day_and_then_rolls_back():
    assert timeout(LAMBDA) == (1440.0, "ROLLBACK")
    assert timeout({"timeoutConfiguration": {"timeoutInMinutes": 5, "action": "CONTINUE"}}) == (5.0, "CONTINUE")


@pytest.mark.parametrize(
    "hook, said",
    [
        ({**LAMBDA, "targetType": "EMAIL"}, "targetType EMAIL is not valid"),
        ({**LAMBDA, "hookTargetArn": ""}, "hookTargetArn is required"),
        ({**LAMBDA, "lifecycleStages": []}, "lifecycleStages is required"),
        ({**LAMBDA, "lifecycleStages": ["SCALE_UP"]}, "lifecycleStages SCALE_UP is not valid"),
        ({**PAUSE, "lifecycleStages": ["TEST_TRAFFIC_SHIFT"]}, "of type PAUSE are not possible at TEST_TRAFFIC_SHIFT"),
        ({**LAMBDA, "timeoutConfiguration": {"timeoutInMinutes": 2000}}, "timeoutConfiguration is not valid"),
        ({**PAUSE, "timeoutConfiguration": {"action": "WAIT"}}, "timeoutConfiguration is not valid"),
    ],
)
def test_a_hook_that_cannot_be_is_told(hook, said):
    (found,) = problems([hook])
    assert said in found


def test_hooks_that_can_be_are_taken():
    assert list(problems([LAMBDA, {**PAUSE, "timeoutConfiguration": {"timeoutInMinutes": 20160}}])) == []
