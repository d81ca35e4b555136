"""Why tasks have stopped, and why a service cannot start any, in a line.

ECS tells of a stopped task for an hour.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dockyard.config.sidecar import APP
from dockyard.doors.tasks import ENDED, ORDERLY, why

_BY_HAND = "UserInitiated"
_TROUBLE = re.compile(r"\(service [^)]*\) (.*(?:unable to|failed|throttled|circuit breaker).*)", re.DOTALL)


@dataclass(frozen=True)
class Failure:
    """What went wrong, and when."""

    at: datetime
    reason: str
    task: str | None = None
    """Id of the task that stopped; None where none was started."""
    remedy: str | None = None
    """What is to be done about it, where that is known."""


def is_failure(task: Mapping[str, Any], *, ends: bool = False) -> bool:
    """Whether it stopped although that was not its end, or ended otherwise than by a 0 of the container that does the work.

    :param ends: whether it is one that ends when its work is done, as of a job. Such a one that somebody stopped has failed.
    """
    if not ends:
        return not _is_wanted(task)
    return next((one.get("exitCode") for one in task.get("containers", []) if one.get("name") == APP), None) != 0


def by_itself(task: Mapping[str, Any]) -> bool:
    """Whether a container that the task is not without has ended, and nobody had stopped it."""
    return str(task.get("stoppedReason", "")).startswith(ENDED)


def _is_wanted(task: Mapping[str, Any]) -> bool:
    """Whether somebody stopped it, so that nobody need be told why."""
    return task.get("stopCode") == _BY_HAND or str(task.get("stoppedReason", "")).startswith(ORDERLY)


def last_failure(
    tasks: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]] = (), *, ends: bool = False
) -> Failure | None:
    """The newest of all; None where nothing failed.

    :param tasks: that have stopped, as DescribeTasks tells of them.
    :param events: of the service, as DescribeServices tells of them.
    :param ends: as of `is_failure`.
    """
    found = [
        Failure(task["stoppedAt"], why(task), task["taskArn"].rsplit("/", 1)[-1])
        for task in tasks
        if "stoppedAt" in task and not _is_wanted(task) and is_failure(task, ends=ends)
    ]
    found += [
        Failure(event["createdAt"], match[1].strip().rstrip("."))
        for event in events
        if (match := _TROUBLE.fullmatch(event["message"]))
    ]
    return max(found, key=lambda one: (one.at, one.task is not None), default=None)
