import pytest

from dockyard.local.strategies import Step, problems, steps, weights

BLUE_GREEN = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 7}
ADVANCED = {"alternateTargetGroupArn": "b", "productionListenerRule": "r", "roleArn": "i"}


def shifts(configuration):
    """Share and minutes of each step of the production traffic."""
    found = steps(configuration, replaces=True, interrupts=False)
    return [(one.shares[0][1], one.minutes) for one in found if one.stage == "PRODUCTION_TRAFFIC_SHIFT"]


def test_stages_come_in_the_order_of_aws():
    stages = [step.stage for step in steps(BLUE_GREEN, replaces=True, interrupts=True)]
    assert stages == [
        "RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP",
    ]  # fmt: skip


def test_the_first_stage_is_there_only_where_another_deployment_was_interrupted():
    assert steps(BLUE_GREEN, replaces=True, interrupts=False)[0] == Step("PRE_SCALE_UP")


def test_both_run_for_the_bake_time():
    (bake,) = [step for step in steps(BLUE_GREEN, replaces=True, interrupts=False) if step.stage == "BAKE_TIME"]
    assert bake.minutes == 7


def test_what_replaces_nothing_neither_bakes_nor_shares():
    found = steps({"strategy": "CANARY", "bakeTimeInMinutes": 7}, replaces=False, interrupts=False)
    assert [step.minutes for step in found] == [0.0] * len(found)
    assert [step.shares for step in found if step.shares] == [(("test", 100.0),), (("production", 100.0),)]


@pytest.mark.parametrize(
    "configuration, wanted",
    [
        (BLUE_GREEN, [(100, 0)]),
        ({"strategy": "CANARY"}, [(5, 10), (100, 0)]),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.1}}, [(0.1, 10), (100, 0)]),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryBakeTimeInMinutes": 0}}, [(5, 0), (100, 0)]),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": "100"}}, [(100, 0)]),
        ({"strategy": "LINEAR"}, [*((share, 6) for share in range(10, 100, 10)), (100, 0)]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 50, "stepBakeTimeInMinutes": 1}}, [(50, 1), (100, 0)]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 33.3}}, [(33.3, 6), (66.6, 6), (99.9, 6), (100, 0)]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 100}}, [(100, 0)]),
    ],
)
def test_traffic_is_shifted_as_the_strategy_says(configuration, wanted):
    assert shifts(configuration) == wanted


@pytest.mark.parametrize(
    "share, wanted", [(0, (0, 100)), (100, (100, 0)), (5, (5, 95)), (0.1, (1, 999)), (99.9, (999, 1)), (33.3, (333, 667))]
)
def test_a_share_is_two_weights_that_a_listener_takes(share, wanted):
    assert weights(share) == wanted
    assert max(wanted) <= 999


@pytest.mark.parametrize(
    "configuration, said",
    [
        ({"strategy": "PURPLE"}, "deploymentConfiguration.strategy PURPLE is not valid"),
        ({"bakeTimeInMinutes": 1441}, "bakeTimeInMinutes must be from 0 to 1440"),
        ({"strategy": "BLUE_GREEN", "canaryConfiguration": {}}, "canaryConfiguration is only valid with the strategy CANARY"),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0}},
            "canaryPercent must be a multiple of 0.1 from 0.1 to 100.0",
        ),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 1.25}},
            "canaryPercent must be a multiple of 0.1 from 0.1 to 100.0",
        ),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 2}},
            "stepPercent must be a multiple of 0.1 from 3.0 to 100.0",
        ),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepBakeTimeInMinutes": -1}},
            "stepBakeTimeInMinutes must be from 0 to 1440",
        ),
    ],
)
def test_what_cannot_be_is_told(configuration, said):
    assert list(problems(configuration, [])) == [said]


def test_a_load_balancer_of_a_strategy_has_what_it_is_shifted_by():
    assert list(problems(BLUE_GREEN, [{"advancedConfiguration": ADVANCED}])) == []
    assert list(problems({}, [{}])) == []
    (said,) = problems(BLUE_GREEN, [{"advancedConfiguration": {**ADVANCED, "productionListenerRule": ""}}])
    assert said == "loadBalancers.advancedConfiguration.productionListenerRule is required with the strategy BLUE_GREEN"
