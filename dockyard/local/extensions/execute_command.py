"""ECS Exec begins sessions, and is refused as on AWS where it is not enabled.

A session of ECS Exec is one of Systems Manager, with a protocol of its own, which the local AWS does not speak: the
`session-manager-plugin` that it brings enters the container by the engine. Containers carry in labels what they are found by.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
"""

import secrets
from typing import Any

from ministack.core.responses import json_response
from ministack.services import ecs

from dockyard.doors.containers import EXEC, SERVICE, TASK
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_discovery import failure
from dockyard.local.sessions import Session

NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute command agent "
    "isn’t running. Wait and try again or run a new task with execute command enabled and try again."
)


def install(_: Instance) -> None:
    """Begin sessions, and label containers."""
    build_run_kwargs = ecs._build_run_kwargs

    def with_labels(*args: Any, **kwargs: Any) -> dict[str, Any]:
        run: dict[str, Any] = build_run_kwargs(*args, **kwargs)
        task = ecs._tasks.get(run["labels"][TASK]) or {}
        service, enabled = task.get("group", "").removeprefix("service:"), bool(task.get("enableExecuteCommand"))
        return {**run, "labels": {**run["labels"], SERVICE: service, EXEC: str(enabled).lower()}}

    ecs._build_run_kwargs = with_labels
    ecs._execute_command = ecs._ACTION_MAP["ExecuteCommand"] = _execute_command


def _execute_command(data: dict[str, Any]) -> Any:
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    if cluster not in ecs._clusters:
        return failure("ClusterNotFoundException", "Cluster not found.")
    task = ecs._resolve_task(data.get("task", ""), cluster)
    if fault := _fault(task, data):
        return failure("InvalidParameterException", fault)
    assert task  # noqa: S101  # else there was a fault
    container = next(one for one in task["containers"] if one["name"] == data.get("container", one["name"]))
    session = Session(task["taskArn"], container["name"], data.get("command", ""))
    id = f"ecs-execute-command-{secrets.token_hex(8)}"
    return json_response(
        {
            "clusterArn": task["clusterArn"],
            "containerArn": container["containerArn"],
            "containerName": container["name"],
            "interactive": True,
            "session": {"sessionId": id, "streamUrl": f"wss://localhost/v1/data-channel/{id}", "tokenValue": session.token},
            "taskArn": task["taskArn"],
        }
    )


def _fault(task: dict[str, Any] | None, data: dict[str, Any]) -> str:
    """What AWS says against it; empty where it would do it."""
    if not task:
        return "The referenced task was not found."
    names = [container["name"] for container in task["containers"]]
    if not data.get("interactive"):
        return "Interactive is the only mode supported currently."
    if not task.get("enableExecuteCommand") or task["lastStatus"] != "RUNNING":
        return NOT_ENABLED
    if not data.get("container") and len(names) > 1:
        return f"The task has several containers: {', '.join(names)}. Specify one."
    if data.get("container") and data["container"] not in names:
        return f"The task has no container {data['container']}."
    return ""
