"""Why tasks of a service stop while its stack is deployed: their reasons, and the last lines that they printed."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.before import is_before
from dockyard.doors.aws import Aws
from dockyard.doors.tasks import ENDED, ORDERLY, log_of, routed, why

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskTypeDef

SHOWN_LINES = 20
_AT_ONCE = 100
"""Tasks that ECS tells of in one call."""
_TRIES = 5
"""How often it is looked for what a task has printed."""
_NO_FAULT = (None, 0, 137, 143)
"""Exit codes of a container that runs, that ended well, or that a signal ended (SIGKILL, SIGTERM)."""


@dataclass(frozen=True)
class FailedTask:
    """A task that stopped by itself."""

    id: str
    reason: str
    lines: tuple[str, ...]
    routed: str | None = None
    """Where what it printed went, if that is not here."""
    definition: str = ""
    """ARN of its task definition."""
    seconds: float | None = None
    """How long it ran; None where it did not begin to."""

    @property
    def ended_by_itself(self) -> bool:
        """Whether its program ended, and nobody stopped it."""
        return self.reason.startswith(ENDED)

    def text(self) -> str:
        """Reason and last lines, or where they are."""
        elsewhere = f"\n  what it printed went by FireLens to {self.routed}" if self.routed else ""
        shown = "".join(f"\n  | {line}" for line in self.lines)
        return f"task {self.id[:8]} stopped: {self.reason}{elsewhere}{shown}"


class TaskWatch:
    """Looks at the tasks of one stack's service from time to time; a rollback takes their logs away, so it must look before.

    They are found by the family of their task definition, which the template tells: CloudFormation does not tell the name
    of a service while it makes it, and after a rollback there is no service to ask for.
    """

    def __init__(self, aws: Aws, artifact: StackArtifact, cluster: str) -> None:
        self._aws, self._cluster = aws, cluster
        self._families = artifact.properties("AWS::ECS::TaskDefinition", "Family")
        self._before: set[str] | None = None
        self._orderly: set[str] = set()
        self._tries = Counter[str]()
        self.failed: dict[str, FailedTask] = {}

    def look(self) -> None:
        """Note the tasks that have stopped since the first look. By their ids: clocks differ."""
        stopped = set(self._listed("STOPPED"))
        if self._before is None:
            self._before = stopped
        new = [arn for arn in stopped - self._before - self._orderly if not self._told(arn.rsplit("/", 1)[-1])]
        for task in self._aws.ecs.describe_tasks(cluster=self._cluster, tasks=new[:_AT_ONCE])["tasks"] if new else []:
            self._note(task)

    def printed(self) -> list[str]:
        """The last lines of the newest task that runs."""
        arns = self._listed("RUNNING")[:100]
        tasks = self._aws.ecs.describe_tasks(cluster=self._cluster, tasks=arns)["tasks"] if arns else []
        newest = max(tasks, key=lambda task: task["createdAt"], default=None)
        return _last_lines(self._aws, _containers(self._aws, newest), newest["taskArn"]) if newest else []

    def _listed(self, status: Literal["RUNNING", "STOPPED"]) -> list[str]:
        ecs = self._aws.ecs
        pages = ecs.get_paginator("list_tasks")
        try:
            found = [
                page
                for family in self._families
                for page in pages.paginate(cluster=self._cluster, family=family, desiredStatus=status)
            ]
        except ecs.exceptions.ClusterNotFoundException:
            return []  # the platform is not there yet
        return [arn for listed in found for arn in listed["taskArns"]]

    @property
    def last(self) -> FailedTask | None:
        """The last task that failed, one that printed something where there is one."""
        failed = list(self.failed.values())
        return next(reversed([task for task in failed if task.lines] or failed), None)

    def _told(self, id: str) -> bool:
        """Whether all is known of this task; its last lines may come later than its end, or never."""
        return id in self.failed and (bool(self.failed[id].lines) or self._tries[id] >= _TRIES)

    def _note(self, task: "TaskTypeDef") -> None:
        if found := failed_task(self._aws, task):
            self.failed[found.id] = found
            self._tries[found.id] += 1
        else:
            self._orderly.add(task["taskArn"])


def failed_task(aws: Aws, task: "TaskTypeDef") -> FailedTask | None:
    """What is told of a task that has stopped; None where that was its end.

    :param task: as DescribeTasks tells of it.
    """
    reason = why(task)
    if reason.startswith(ORDERLY) or (is_before(task) and not any(c.get("exitCode") for c in task.get("containers", []))):
        return None
    containers = _containers(aws, task)
    elsewhere = None if log_of(containers[0], "") else routed(containers[0])
    id = task["taskArn"].rsplit("/", 1)[-1]
    lines, begun, end = tuple(_last_lines(aws, containers, task["taskArn"])), task.get("startedAt"), task.get("stoppedAt")
    seconds = (end - begun).total_seconds() if begun and end else None
    return FailedTask(id, reason, lines, elsewhere, task["taskDefinitionArn"], seconds)


def _containers(aws: Aws, task: "TaskTypeDef") -> list["ContainerDefinitionOutputTypeDef"]:
    """The one that ended by itself with a fault, then the service's own, then those beside it."""
    told = aws.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
    codes = {one["name"]: one.get("exitCode") for one in task.get("containers", [])}
    return sorted(told["containerDefinitions"], key=lambda one: codes.get(one["name"]) in _NO_FAULT)  # the own one is first


def _last_lines(aws: Aws, containers: list["ContainerDefinitionOutputTypeDef"], arn: str) -> list[str]:
    """Of the first that has printed something to CloudWatch Logs."""
    return next(filter(None, (_lines(aws, one, arn) for one in containers)), [])


def _lines(aws: Aws, container: "ContainerDefinitionOutputTypeDef", arn: str) -> list[str]:
    log = log_of(container, arn)
    if not log:
        return []
    try:
        events = aws.logs.get_log_events(logGroupName=log[0], logStreamName=log[1], limit=SHOWN_LINES, startFromHead=False)[
            "events"
        ]
    except aws.logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"].rstrip() for event in events]
