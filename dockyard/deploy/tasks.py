"""Why tasks of a service stop while its stack is deployed: their reasons, and the last lines that they printed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import botocore.exceptions

from dockyard.deploy.assembly import StackArtifact
from dockyard.doors.aws import Aws

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerTypeDef, TaskTypeDef

SHOWN_LINES = 10
_ORDERLY = ("Deployment completed", "Scaling activity initiated", "Service scaling down", "Task definition updated")


@dataclass(frozen=True)
class FailedTask:
    """A task that stopped by itself."""

    id: str
    reason: str
    lines: tuple[str, ...]

    def text(self) -> str:
        """Reason and last lines."""
        shown = "".join(f"\n  | {line}" for line in self.lines)
        return f"task {self.id[:8]} stopped: {self.reason}{shown}"


class TaskWatch:
    """Looks at the tasks of one stack's service from time to time; a rollback takes their logs away, so it must look before.

    While CloudFormation makes a service it does not tell its name, but that begins with those of stack and resource.
    """

    def __init__(self, aws: Aws, artifact: StackArtifact, cluster: str) -> None:
        self._aws, self._cluster = aws, cluster
        self._names = tuple(f"{artifact.name}-{id}" for id in artifact.logical_ids("AWS::ECS::Service"))
        self._since = datetime.now(UTC)
        self._service: str | None = None
        self.failed: dict[str, FailedTask] = {}

    def look(self) -> None:
        """Note the tasks that have stopped since this watch began."""
        if not self._names:
            return
        ecs, cluster = self._aws.ecs, self._cluster
        try:
            self._service = self._service or self._find()
            if not self._service:
                return
            arns = ecs.list_tasks(cluster=cluster, serviceName=self._service, desiredStatus="STOPPED")["taskArns"]
            new = [arn for arn in arns if arn.rsplit("/", 1)[-1] not in self.failed]
            for task in ecs.describe_tasks(cluster=cluster, tasks=new[:10])["tasks"] if new else []:
                self._note(task)
        except botocore.exceptions.ClientError:
            return  # no cluster or service yet, or no longer

    def _find(self) -> str | None:
        pages = self._aws.ecs.get_paginator("list_services").paginate(cluster=self._cluster)
        names = (arn.rsplit("/", 1)[-1] for page in pages for arn in page["serviceArns"])
        return next((name for name in names if name.startswith(self._names)), None)

    def _note(self, task: "TaskTypeDef") -> None:
        id = task["taskArn"].rsplit("/", 1)[-1]
        reason = task.get("stoppedReason", "")
        if task.get("createdAt", self._since) < self._since or reason.startswith(_ORDERLY):
            return
        containers = task.get("containers", [])
        codes = [f"{c['name']} exited with {c['exitCode']}" for c in containers if c.get("exitCode")]
        told = [c["reason"] for c in containers if c.get("reason")]
        lines = [line for container in containers for line in self._lines(task, container, id)]
        self.failed[id] = FailedTask(id, "; ".join([reason, *codes, *told]), tuple(lines[-SHOWN_LINES:]))

    def _lines(self, task: "TaskTypeDef", container: "ContainerTypeDef", id: str) -> list[str]:
        definition = self._aws.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        found = next(c for c in definition["containerDefinitions"] if c["name"] == container["name"])
        options = found.get("logConfiguration", {}).get("options", {})
        if not {"awslogs-group", "awslogs-stream-prefix"} <= options.keys():
            return []
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{id}"
        try:
            events = self._aws.logs.get_log_events(
                logGroupName=options["awslogs-group"], logStreamName=stream, limit=SHOWN_LINES, startFromHead=False
            )["events"]
        except self._aws.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].rstrip() for event in events]
