"""Why tasks have stopped."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.operate.stopped import Failure, is_failure, last_failure, why

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
ENDED = "Essential container in task exited"


def task(reason, *codes, minutes=0, **more):
    containers = [{"name": "app", "exitCode": code} for code in codes]
    return {"taskArn": "a/c/t1", "stoppedReason": reason, "containers": containers, "stoppedAt": at(minutes), **more}


def beside(of, code):
    return {**of, "containers": [{"name": "otel", "exitCode": code}, *of["containers"]]}


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def test_exit_codes_and_reasons_of_containers_are_told_and_no_arn():
    assert why(task(ENDED, 3)) == f"{ENDED}; app exited with 3"
    assert why(task("Task failed ELB health checks in (target-group arn:aws:x)")) == "Task failed ELB health checks"
    pull = {"stoppedReason": "Task failed to start", "containers": [{"name": "app", "reason": "CannotPullContainerError"}]}
    assert why(pull) == "Task failed to start; CannotPullContainerError"


@pytest.mark.parametrize(
    ("stopped", "ends", "failed"),
    [
        (task("Scaling activity initiated by (deployment ecs-svc/1)"), False, False),
        (task("stopped for a reason", stopCode="UserInitiated"), False, False),
        (task(ENDED, 0), False, True),
        (task(ENDED, 0), True, False),
        (task(ENDED, 3), True, True),
        (beside(task(ENDED, 0), 143), True, False),
        (beside(task(ENDED, 1), 0), True, True),
        (task("the run took too long", 0, stopCode="UserInitiated"), True, False),
        (task("the run took too long", 137, stopCode="UserInitiated"), True, True),
        (task("stopped before it ran", stopCode="UserInitiated"), True, True),
        (task("CannotPullContainerError"), True, True),
    ],
)
def test_a_job_that_ends_with_0_has_not_failed_and_a_service_that_ends_has(stopped, ends, failed):
    assert is_failure(stopped, ends=ends) is failed


def test_the_newest_failure_is_told_of_tasks_and_of_what_could_not_be_started():
    assert last_failure([task(ENDED, 1, minutes=1), task(ENDED, 2, minutes=2)]) == Failure(
        at(2), f"{ENDED}; app exited with 2", "t1"
    )
    events = [
        {"createdAt": at(3), "message": "(service web) was unable to place a task because no container instance met all of it."},
        {"createdAt": at(4), "message": "(service web) has reached a steady state."},
    ]
    assert last_failure([task(ENDED, 1, minutes=1)], events) == Failure(
        at(3), "was unable to place a task because no container instance met all of it"
    )
    assert last_failure([]) is None


def test_a_stop_by_hand_is_told_of_nobody():
    assert last_failure([task("stopped", 137, stopCode="UserInitiated")], ends=True) is None
