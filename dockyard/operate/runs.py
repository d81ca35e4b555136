"""Runs of jobs and tasks: the last, and when a schedule is due next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.doors.tasks import described
from dockyard.local.timetables import Timetable
from dockyard.operate.deployed import SCHEDULE, STATE_MACHINE, Deployed
from dockyard.operate.run import STARTED_BY
from dockyard.operate.status import Runs, State, Status
from dockyard.operate.stopped import is_failure, last_failure

_LISTED = 10
"""Executions that are looked at."""
_SHORTEST = timedelta(seconds=0.5)
"""No task takes less, from RunTask to its end; an execution that only finds the run before under way does, and never fails."""


@dataclass(frozen=True)
class Run:
    """One, by a schedule or by hand."""

    begun: datetime
    state: State
    ended: datetime | None = None


def look_at_runs(aws: Aws, found: Deployed, kind: str) -> Status:
    """The last run of a job or a task, and the next. One by hand is known for an hour, as ECS tells of a task for so long."""
    assert found.family  # noqa: S101  # it is a job or a task
    cluster, family = found.family
    running, stopped = (described(aws, cluster, family=family, desiredStatus=wish) for wish in ("RUNNING", "STOPPED"))
    last = last_run([*running, *stopped], _executions(aws, found), is_scheduled=bool(found.of(STATE_MACHINE)))
    due = _due(aws, found)
    return Status(
        found.name,
        kind,
        last.state if last else State.NOT_RUN,
        since=found.changed,
        runs=Runs(last.begun if last else None, last.ended if last else None, due),
        failure=last_failure(stopped, ends=True),
    )


def last_run(tasks: Sequence[Mapping[str, Any]], executions: Sequence[Mapping[str, Any]], *, is_scheduled: bool) -> Run | None:
    """The one under way, else the last; None where there was none.

    Tasks that were not begun by hand belong to an execution, whose state counts: it may try again, or have run out of time. One
    that was left out, as the run before was under way, has succeeded at once.

    :param is_scheduled: whether there are executions at all.
    """
    own = [task for task in tasks if not is_scheduled or task.get("startedBy") == STARTED_BY or task["lastStatus"] != "STOPPED"]
    ran = [one for one in executions if one["status"] != "SUCCEEDED" or one["stopDate"] - one["startDate"] >= _SHORTEST]
    runs = [*map(of_task, own), *map(of_execution, ran)] or [*map(of_execution, executions)]
    return max(runs, key=lambda run: (run.state is State.RUNNING, run.begun), default=None)


def of_task(task: Mapping[str, Any]) -> Run:
    """What DescribeTasks tells."""
    begun = task.get("startedAt") or task["createdAt"]
    if task["lastStatus"] != "STOPPED":
        return Run(begun, State.RUNNING)
    return Run(begun, State.FAILED if is_failure(task, ends=True) else State.SUCCEEDED, task.get("stoppedAt"))


def of_execution(execution: Mapping[str, Any]) -> Run:
    """What ListExecutions tells."""
    states = {"RUNNING": State.RUNNING, "SUCCEEDED": State.SUCCEEDED}
    return Run(execution["startDate"], states.get(execution["status"], State.FAILED), execution.get("stopDate"))


def next_due(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    """When a schedule, as GetSchedule tells of it, is due; None where it is off or never more. AWS itself does not tell.

    A rate counts from when its schedule was made.
    """
    if schedule.get("State") != "ENABLED":
        return None
    zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
    start, end = schedule.get("StartDate"), schedule.get("EndDate")
    return Timetable(schedule["ScheduleExpression"], schedule["CreationDate"], zone, start, end).first(now, is_new=True)


def _executions(aws: Aws, found: Deployed) -> list[Mapping[str, Any]]:
    client: Any = aws.stepfunctions
    machines = found.of(STATE_MACHINE)
    return [one for arn in machines for one in client.list_executions(stateMachineArn=arn, maxResults=_LISTED)["executions"]]


def _due(aws: Aws, found: Deployed) -> datetime | None:
    now = datetime.now(UTC)
    dues = (next_due(aws.scheduler.get_schedule(Name=name), now) for name in found.of(SCHEDULE))
    return min(filter(None, dues), default=None)
