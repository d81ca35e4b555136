"""Runs of jobs: how one ended, and when the next is due."""

from datetime import UTC, datetime

import pytest

from dockyard.operate.runs import Run, next_due, of_execution, of_task
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
