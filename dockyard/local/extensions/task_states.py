"""A state that runs an ECS task and waits for it (`ecs:runTask.sync`) ends as the task does.

- Where one of its containers ends with another code than 0, or never ran, the state fails with `States.TaskFailed`, which `Retry`
  and `Catch` of the state may look for. Its cause is the task's description, with names as Step Functions writes them.
- It waits as long as the task runs, not for ten minutes.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from ministack.services import ecs, stepfunctions

from dockyard.local.extensions.instance import Instance

_PAUSE = 0.5


def install(_: Instance) -> None:
    """Wait in the place of ministack."""
    stepfunctions._poll_ecs_tasks = _ended


def _ended(cluster: str, arns: list[str]) -> dict[str, Any]:
    """What ECS tells of the tasks once all have stopped. Raises ministack's error of an execution where one has failed."""
    while True:
        _, _, body = ecs._describe_tasks({"cluster": cluster, "tasks": arns})
        found = json.loads(body)
        tasks = found.get("tasks", [])
        if all(task.get("lastStatus") == "STOPPED" for task in tasks):
            break
        time.sleep(_PAUSE)
    for task in tasks:
        if _failed(task):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(_with_capitals(task)))
    return dict(found)


def _with_capitals(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key[:1].upper() + key[1:]: _with_capitals(inner) for key, inner in value.items()}
    return [_with_capitals(inner) for inner in value] if isinstance(value, list) else value


def _failed(task: Mapping[str, Any]) -> bool:
    return any(container.get("exitCode") != 0 for container in task.get("containers", []))
