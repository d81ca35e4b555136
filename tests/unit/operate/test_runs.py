"""Runs of jobs: how one ended, and when the next is due."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.operate.runs import Run, last_run, next_due, of_execution, of_task
from dockyard.operate.status import State

NOW = datetime(2026, 11, 26, 9, 10, tzinfo=UTC)
MADE = datetime(2026, 11, 26, 8, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("cron(0 3 * * ? *)", "Europe/Berlin", datetime(2026, 11, 27, 2, tzinfo=UTC)),
        ("rate(20 minutes)", None, datetime(2026, 11, 26, 9, 20, 30, tzinfo=UTC)),
        ("at(2026-11-26T09:11:00)", "UTC", datetime(2026, 11, 26, 9, 11, tzinfo=UTC)),
        ("at(2026-11-26T09:09:00)", "UTC", None),
    ],
)
def test_a_schedule_is_due_as_aws_says_of_expressions(expression, zone, due):
    schedule = {"State": "ENABLED", "ScheduleExpression": expression, "ScheduleExpressionTimezone": zone, "CreationDate": MADE}
    assert next_due(schedule, NOW) == due
    assert next_due({**schedule, "State": "DISABLED"}, NOW) is None


def test_a_run_is_known_by_its_task_or_by_the_execution_that_its_schedule_began():
    assert of_task({"lastStatus": "PENDING", "createdAt": NOW}) == Run(NOW, State.RUNNING)
    ended = {"lastStatus": "STOPPED", "startedAt": MADE, "stoppedAt": NOW, "containers": [{"name": "app", "exitCode": 2}]}
    assert of_task({**ended, "createdAt": MADE}) == Run(MADE, State.FAILED, NOW)
    assert of_execution({"status": "TIMED_OUT", "startDate": MADE, "stopDate": NOW}) == Run(MADE, State.FAILED, NOW)
    assert of_execution({"status": "RUNNING", "startDate": MADE}) == Run(MADE, State.RUNNING)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def task(begun, ended=None, code=0, by="AWS Step Functions"):
    told = {"startedBy": by, "createdAt": at(begun), "lastStatus": "RUNNING"}
    ends = {"lastStatus": "STOPPED", "stoppedAt": at(ended or 0), "containers": [{"name": "app", "exitCode": code}]}
    return told | ends if ended else told


def execution(status, begun, ended=None):
    return {"status": status, "startDate": at(begun)} | ({"stopDate": at(ended)} if ended else {})


@pytest.mark.parametrize(
    ("tasks", "executions", "run"),
    [
        ([], [], None),
        ([task(1, 30)], [execution("SUCCEEDED", 0, 31)], Run(at(0), State.SUCCEEDED, at(31))),
        # stopped as it ran too long, whatever its container made of that
        ([task(1, 60)], [execution("FAILED", 0, 62)], Run(at(0), State.FAILED, at(62))),
        # the next one was left out, and is over already
        ([task(1)], [execution("SUCCEEDED", 60, 60.4), execution("RUNNING", 0)], Run(at(1), State.RUNNING)),
        ([], [execution("SUCCEEDED", 60, 60.4), execution("FAILED", 0, 90)], Run(at(0), State.FAILED, at(90))),
        ([], [execution("SUCCEEDED", 60, 60.4)], Run(at(60), State.SUCCEEDED, at(60.4))),
        # quick ones, of which one failed
        ([], [execution("SUCCEEDED", 60, 60.8), execution("SUCCEEDED", 0, 31)], Run(at(60), State.SUCCEEDED, at(60.8))),
        ([], [execution("FAILED", 60, 60.2), execution("SUCCEEDED", 0, 31)], Run(at(60), State.FAILED, at(60.2))),
        # between two tries
        ([task(1, 30, 3)], [execution("RUNNING", 0)], Run(at(0), State.RUNNING)),
        # by hand
        ([task(50, 70, 3, by="dockyard")], [execution("SUCCEEDED", 0, 31)], Run(at(50), State.FAILED, at(70))),
        ([task(50, 70, by="dockyard")], [execution("RUNNING", 0)], Run(at(0), State.RUNNING)),
    ],
)
def test_a_run_under_way_comes_first_then_the_last_that_was_one(tasks, executions, run):
    assert last_run(tasks, executions, is_scheduled=True) == run


def test_of_what_has_no_schedule_every_task_is_a_run():
    assert last_run([task(1, 30, 3, by="me")], [], is_scheduled=False) == Run(at(1), State.FAILED, at(30))
