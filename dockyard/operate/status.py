"""How a service is: what is told of it at a glance, from what AWS has told. Nothing here asks anybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dockyard.operate.stopped import Failure, by_itself
from dockyard.operate.version import Version


class State(StrEnum):
    """In a word or two."""

    NOT_DEPLOYED = "not deployed"
    DEPLOYING = "deploying"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"
    TOO_FEW_TASKS = "too few tasks"
    KEEPS_ENDING = "keeps ending"
    NO_TASKS = "no tasks"
    STEADY = "steady"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    NOT_RUN = "not run"
    UNKNOWN = "unknown"


GOOD = (State.STEADY, State.SUCCEEDED, State.RUNNING, State.NOT_RUN, State.NO_TASKS)
UNDER_WAY = (State.DEPLOYING, State.ROLLING_BACK)


@dataclass(frozen=True)
class Tasks:
    """How many there are."""

    desired: int
    running: int
    pending: int


@dataclass(frozen=True)
class Health:
    """Of so many that are checked, how many are healthy."""

    healthy: int
    checked: int


@dataclass(frozen=True)
class Queue:
    """Messages that wait, that are being worked at, and that were received too often."""

    waiting: int
    in_flight: int
    dead: int


@dataclass(frozen=True)
class Runs:
    """Of a job or a task: the last run, and the next."""

    begun: datetime | None = None
    ended: datetime | None = None
    next: datetime | None = None


@dataclass(frozen=True)
class Status:
    """One service."""

    service: str
    kind: str
    state: State
    reason: str | None = None
    """Why it is in this state, where AWS tells."""
    since: datetime | None = None
    """When the last deployment ended, or began where it has not ended."""
    version: Version | None = None
    tasks: Tasks | None = None
    health: Health | None = None
    queue: Queue | None = None
    runs: Runs | None = None
    alarms: Sequence[str] = ()
    """Names of those that are in ALARM."""
    failure: Failure | None = None
    """The last task that failed in the last hour, or why none could be started."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Container to image, sidecars among them, as its task definition names them."""
    maintenance: bool = False
    """Whether the load balancer answers clients with a page in its place."""


@dataclass(frozen=True)
class Deployment:
    """The last deployment of an ECS service."""

    status: str
    reason: str | None
    since: datetime

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Deployment":
        """As ListServiceDeployments tells of it."""
        since = told.get("finishedAt") or told.get("startedAt") or told["createdAt"]
        return cls(told["status"], told.get("statusReason"), since)


def since_good(failure: Failure | None, deployment: Deployment | None) -> Failure | None:
    """The failure, unless a deployment has ended well after it: then it is of the past."""
    good = deployment is not None and deployment.status == "SUCCESSFUL"
    return None if failure and deployment and good and failure.at <= deployment.since else failure


_UNDER_WAY = {
    "PENDING": State.DEPLOYING,
    "IN_PROGRESS": State.DEPLOYING,
    "STOP_REQUESTED": State.DEPLOYING,
    "ROLLBACK_REQUESTED": State.ROLLING_BACK,
    "ROLLBACK_IN_PROGRESS": State.ROLLING_BACK,
}
_ENDED_BADLY = {"ROLLBACK_SUCCESSFUL": State.ROLLED_BACK, "ROLLBACK_FAILED": State.FAILED}


def state_of(tasks: Tasks, deployment: Deployment | None) -> State:
    """Of an ECS service. What is under way comes before a lack of tasks, and that before how the last deployment ended."""
    status = deployment.status if deployment else ""
    if status in _UNDER_WAY:
        return _UNDER_WAY[status]
    if tasks.desired == 0:
        return State.NO_TASKS
    if tasks.running < tasks.desired:
        return State.TOO_FEW_TASKS
    return _ENDED_BADLY.get(status, State.STEADY)


_ENDS, _WITHIN, _LAST = 3, timedelta(minutes=5), timedelta(minutes=1)
"""So many ends of tasks within so long, the last of them so late, are no accident."""


def keeps_ending(stopped: Iterable[Mapping[str, Any]], definition: str, now: datetime) -> bool:
    """Whether tasks of a service end by themselves time and again: ECS starts others, and calls that steady.

    :param stopped: as DescribeTasks tells of them.
    :param definition: the ARN of the service's task definition.
    """
    of_it = (task for task in stopped if task["taskDefinitionArn"] == definition and by_itself(task) and "stoppedAt" in task)
    ends = [task["stoppedAt"] for task in of_it if now - task["stoppedAt"] < _WITHIN]
    return len(ends) >= _ENDS and now - max(ends) < _LAST


_SOUND = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


def of_stack(status: str) -> State:
    """Of a service that its stack has not made (yet), by the stack's state."""
    if status in _SOUND or status in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return State.NOT_DEPLOYED
    if status.endswith("_IN_PROGRESS") and not status.startswith("DELETE"):
        return State.ROLLING_BACK if "ROLLBACK" in status else State.DEPLOYING
    return State.FAILED


def unsound(status: str) -> str | None:
    """What is wrong with a stack in this state; None where nothing is, or something is under way that a deploy does."""
    sound = status in _SOUND or (status.endswith("_IN_PROGRESS") and not status.startswith("DELETE"))
    return None if sound else f"its stack is in state {status}"


_NOT_COUNTED = ("draining", "unused")


def targets(described: Iterable[Mapping[str, Any]]) -> Health:
    """Of what DescribeTargetHealth tells of all groups of a service: healthy is what is so wherever it is checked."""
    found: dict[tuple[str, int | None], bool] = {}
    for one in described:
        state = one["TargetHealth"]["State"]
        if state not in _NOT_COUNTED:
            key = one["Target"]["Id"], one["Target"].get("Port")
            found[key] = found.get(key, True) and state == "healthy"
    return Health(sum(found.values()), len(found))


def has_page(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of a service's own rules answers by itself, of what DescribeRules tells: else all of them lead to its tasks."""
    return any(action["Type"] == "fixed-response" for rule in rules for action in rule["Actions"])


def containers(tasks: Iterable[Mapping[str, Any]]) -> Health | None:
    """Of what DescribeTasks tells of tasks with health checks of their own; None where none has one."""
    states = [task.get("healthStatus", "UNKNOWN") for task in tasks]
    if not any(state in ("HEALTHY", "UNHEALTHY") for state in states):
        return None
    return Health(states.count("HEALTHY"), len(states))
