"""Tasks of ECS: started, found, looked at, and what one prints."""

import re
from collections.abc import Mapping
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.doors.log_group import LogGroup
from dockyard.errors import DockyardError

ORDERLY = "Scaling activity initiated"
"""What the reason of a task begins with that ECS stopped as it was to have fewer."""
ENDED = "Essential container in task exited"
"""What that of a task begins with whose program ended by itself."""
_GROUP = re.compile(r" in \(target-group [^)]*\)")
_CLOUDWATCH = ("cloudwatch_logs", "cloudwatch")
"""Plugins of Fluent Bit, whose streams are named by their prefix and by what FireLens calls a container of a task.
https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch"""
_WHERE = ("Host", "host", "log_group_name", "delivery_stream", "stream", "bucket")
"""Options of plugins that say where to."""
_AT_ONCE = 100
"""Tasks that DescribeTasks takes in one call."""


def start(aws: Aws, parameters: Mapping[str, Any]) -> str:
    """Run a task with these parameters of ECS RunTask; its ARN. Raises DockyardError where ECS cannot."""
    client: Any = aws.ecs
    answer = client.run_task(**parameters)
    if failures := answer.get("failures"):
        told = "; ".join(f"{one.get('reason', 'no reason')} {one.get('detail', '')}".strip() for one in failures)
        raise DockyardError(f"ECS could not run the task: {told}")
    return str(answer["tasks"][0]["taskArn"])


def running(aws: Aws, cluster: str, family: str) -> list[str]:
    """ARNs of the tasks of a family that run or are to run."""
    return aws.ecs.list_tasks(cluster=cluster, family=family, desiredStatus="RUNNING")["taskArns"]


def described(aws: Aws, cluster: str, **asked: str) -> list[Mapping[str, Any]]:
    """Tasks that ListTasks finds, as ECS describes them; those that have stopped are known for an hour.

    :param asked: `serviceName` or `family`, and `desiredStatus`, as of ListTasks.
    """
    client: Any = aws.ecs
    pages = client.get_paginator("list_tasks").paginate(cluster=cluster, **asked)
    arns = [arn for page in pages for arn in page["taskArns"]]
    parts = (arns[start : start + _AT_ONCE] for start in range(0, len(arns), _AT_ONCE))
    return [task for part in parts for task in client.describe_tasks(cluster=cluster, tasks=part)["tasks"]]


def why(task: Mapping[str, Any]) -> str:
    """Why it stopped, its containers' exit codes and reasons included."""
    containers = task.get("containers", [])
    codes = [f"{one['name']} exited with {one['exitCode']}" for one in containers if one.get("exitCode")]
    told = [_GROUP.sub("", task.get("stoppedReason", "")), *codes, *(one.get("reason", "") for one in containers)]
    return "; ".join(dict.fromkeys(filter(None, told)))


def log_of(container: Mapping[str, Any], arn: str) -> tuple[str, str] | None:
    """Group and stream of what a container of a task prints; None where it goes elsewhere than to CloudWatch Logs.

    :param container: as its task definition has it.
    :param arn: the task's.
    """
    options, task = container.get("logConfiguration", {}).get("options", {}), arn.rsplit("/", 1)[-1]
    if {"awslogs-group", "awslogs-stream-prefix"} <= options.keys():
        return options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{container['name']}/{task}"
    if options.get("Name") in _CLOUDWATCH and {"log_group_name", "log_stream_prefix"} <= options.keys():
        return options["log_group_name"], f"{options['log_stream_prefix']}{container['name']}-firelens-{task}"
    return None


def routed(container: Mapping[str, Any]) -> str | None:
    """Where a log router (FireLens) sends what a container prints, in a few words; None where none does.

    :param container: as its task definition has it.
    """
    log = container.get("logConfiguration", {})
    if log.get("logDriver") != "awsfirelens":
        return None
    options = log.get("options", {})
    what = " ".join(options[key] for key in ("Name", *_WHERE) if key in options)
    return what or "the outputs of its config file"


class Watched:
    """A task, and what its container prints to CloudWatch Logs.

    :param log: group and stream.
    """

    def __init__(self, aws: Aws, cluster: str, arn: str, log: tuple[str, str] | None) -> None:
        self._aws, self._cluster, self.arn = aws, cluster, arn
        self._log = LogGroup(aws, log[0], streams=[log[1]]) if log else None

    def look(self) -> Mapping[str, Any] | None:
        """As ECS describes it; None where ECS does not know it yet."""
        found: Any = self._aws.ecs.describe_tasks(cluster=self._cluster, tasks=[self.arn])["tasks"]
        return found[0] if found else None

    def new_lines(self) -> list[str]:
        """What was printed since the last time; nothing where the container has no such log, or has not begun it."""
        return [event.text for event in self._log.new()] if self._log else []
