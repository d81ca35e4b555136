"""How a service is, of what AWS tells."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.operate.status import (
    Deployment,
    Health,
    State,
    Tasks,
    containers,
    has_page,
    keeps_ending,
    of_stack,
    since_good,
    state_of,
    targets,
    unsound,
)
from dockyard.operate.stopped import Failure

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tasks", "deployment", "state"),
    [
        (Tasks(2, 2, 0), "SUCCESSFUL", "steady"),
        (Tasks(2, 2, 0), None, "steady"),
        (Tasks(2, 2, 0), "STOPPED", "steady"),
        (Tasks(2, 1, 1), "IN_PROGRESS", "deploying"),
        (Tasks(2, 1, 1), "SUCCESSFUL", "too few tasks"),
        (Tasks(0, 0, 0), "SUCCESSFUL", "no tasks"),
        (Tasks(2, 2, 0), "ROLLBACK_IN_PROGRESS", "rolling back"),
        (Tasks(2, 2, 0), "ROLLBACK_SUCCESSFUL", "rolled back"),
        (Tasks(2, 1, 0), "ROLLBACK_SUCCESSFUL", "too few tasks"),
        (Tasks(2, 2, 0), "ROLLBACK_FAILED", "failed"),
    ],
)
def test_the_state_is_what_is_most_worth_knowing(tasks, deployment, state):
    assert state_of(tasks, Deployment(deployment, None, NOW) if deployment else None) == State(state)


@pytest.mark.parametrize(
    ("seconds", "more", "told"),
    [
        ((1, 20, 40), {}, True),
        ((1, 20), {}, False),
        ((1, 20, 400), {}, False),
        ((70, 80, 90), {}, False),  # whatever it was, it runs by now
        ((1, 20, 40), {"taskDefinitionArn": "web:1"}, False),
        ((1, 20, 40), {"stoppedReason": "Scaling activity initiated by (deployment 1)"}, False),
    ],
)
def test_tasks_that_end_time_and_again_are_not_steady(seconds, more, told):
    task = {"taskDefinitionArn": "web:2", "stoppedReason": "Essential container in task exited", **more}
    stopped = [{**task, "stoppedAt": NOW - timedelta(seconds=one)} for one in seconds]
    assert keeps_ending([*stopped, task], "web:2", NOW) is told


def test_a_deployment_is_as_old_as_its_end():
    told = {"status": "IN_PROGRESS", "createdAt": NOW}
    assert Deployment.of(told).since == NOW
    assert Deployment.of({**told, "finishedAt": NOW + timedelta(minutes=1)}).since == NOW + timedelta(minutes=1)


def target(id, state, port=80):
    return {"Target": {"Id": id, "Port": port}, "TargetHealth": {"State": state}}


def test_a_target_is_healthy_that_is_so_in_every_group_where_it_is_checked():
    assert targets([target("a", "healthy"), target("a", "healthy"), target("b", "initial")]) == Health(1, 2)
    assert targets([target("a", "healthy"), target("a", "unhealthy")]) == Health(0, 1)
    assert targets([target("a", "healthy"), target("a", "healthy", 81)]) == Health(2, 2)


def test_targets_that_go_or_get_no_requests_do_not_count():
    assert targets([target("a", "healthy"), target("b", "draining"), target("c", "unused")]) == Health(1, 1)


def test_tasks_without_a_health_check_of_their_own_tell_nothing():
    assert containers([{"healthStatus": "UNKNOWN"}, {}]) is None
    assert containers([{"healthStatus": "HEALTHY"}, {"healthStatus": "UNKNOWN"}]) == Health(1, 2)


@pytest.mark.parametrize(
    ("stack", "state", "is_told"),
    [
        ("CREATE_IN_PROGRESS", State.DEPLOYING, False),
        ("UPDATE_IN_PROGRESS", State.DEPLOYING, False),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", State.DEPLOYING, False),
        ("ROLLBACK_IN_PROGRESS", State.ROLLING_BACK, False),
        ("UPDATE_ROLLBACK_IN_PROGRESS", State.ROLLING_BACK, False),
        ("REVIEW_IN_PROGRESS", State.NOT_DEPLOYED, False),
        ("UPDATE_COMPLETE", State.NOT_DEPLOYED, False),
        ("ROLLBACK_COMPLETE", State.FAILED, True),
        ("UPDATE_ROLLBACK_FAILED", State.FAILED, True),
        ("DELETE_IN_PROGRESS", State.FAILED, True),
    ],
)
def test_what_a_stack_has_not_made_is_as_the_stack_is_and_what_is_wrong_with_it_is_told(stack, state, is_told):
    assert (of_stack(stack), unsound(stack)) == (state, f"its stack is in state {stack}" if is_told else None)


def test_one_of_its_rules_that_answers_by_itself_is_the_page_of_maintenance():
    forward, page = {"Actions": [{"Type": "forward"}]}, {"Actions": [{"Type": "fixed-response"}]}
    sign_in = {"Actions": [{"Type": "authenticate-oidc"}, {"Type": "forward"}]}
    assert has_page([page, forward])
    assert not any(map(has_page, ([forward, forward], [sign_in, forward], [])))


@pytest.mark.parametrize(
    ("status", "minutes", "told"),
    [
        ("SUCCESSFUL", -1, False), ("SUCCESSFUL", 1, True), ("ROLLBACK_SUCCESSFUL", -1, True), ("IN_PROGRESS", -1, True),
        (None, -1, True),
    ],
)  # fmt: skip
def test_what_failed_before_a_deployment_ended_well_is_of_the_past(status, minutes, told):
    failure = Failure(NOW + timedelta(minutes=minutes), "exited with 1", "t")
    deployment = Deployment(status, None, NOW) if status else None
    assert since_good(failure, deployment) == (failure if told else None)
    assert since_good(None, deployment) is None
