"""Runs of jobs and tasks: the last, and when a schedule is due next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.doors.tasks import described
from dockyard.local.timetables import Timetable
from dockyard.operate.deployed import SCHEDULE, STATE_MACHINE, Deployed
from dockyard.operate.status import Runs, State, Status
from dockyard.operate.stopped import is_failure, last_failure


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
    runs = [*map(of_task, [*running, *stopped]), *_of_schedule(aws, found)]
    last = max(runs, key=lambda run: run.begun, default=None)
    due = _due(aws, found)
    return Status(
        found.name,
        kind,
        last.state if last else State.NOT_RUN,
        since=found.changed,
        runs=Runs(last.begun if last else None, last.ended if last else None, due),
        failure=last_failure(stopped, ends=True),
    )


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


def _of_schedule(aws: Aws, found: Deployed) -> Iterator[Run]:
    for machine in found.of(STATE_MACHINE):
        for execution in aws.stepfunctions.list_executions(stateMachineArn=machine, maxResults=1)["executions"]:
            yield of_execution(execution)


def _due(aws: Aws, found: Deployed) -> datetime | None:
    now = datetime.now(UTC)
    dues = (next_due(aws.scheduler.get_schedule(Name=name), now) for name in found.of(SCHEDULE))
    return min(filter(None, dues), default=None)
