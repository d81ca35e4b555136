"""`RunTask` is refused where AWS would: a cluster, definition, count, override or launch type that is not to be had.

A `clientToken` that was used answers with the tasks that it started.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs

from dockyard.local.definition_rules import fargate_faults
from dockyard.local.extensions.instance import Instance

_MOST = 10
_IN_USE = (
    "The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different "
    "RunTask request."
)
Refusal = tuple[str, str] | None
"""Code and message."""


def install(_: Instance) -> None:
    """Refuse before a cluster is made for it; the scheduler of services does not come by here."""
    run = ecs._ACTION_MAP["RunTask"]

    def run_task(data: dict[str, Any]) -> Any:
        if refusal := of_cluster(data) or of_definition(data) or _of_task(data):
            return error_response_json(*refusal, 400)
        token = data.get("clientToken")
        if not token:
            return run(data)
        with resource_lock("ecs-run-task", token):
            return _known(token, data) or _run(run, data)

    ecs._ACTION_MAP["RunTask"] = run_task


def of_cluster(data: Mapping[str, Any]) -> Refusal:
    """Of a call that names a cluster, or means the default one."""
    there = ecs._resolve_cluster_name(data.get("cluster") or "default") in ecs._clusters
    return None if there else ("ClusterNotFoundException", "Cluster not found.")


def of_definition(data: Mapping[str, Any]) -> Refusal:
    """Of a call that names a task definition, and maybe a launch type."""
    definition = definition_of(data)
    if not definition:
        return "ClientException", "TaskDefinition not found."
    if definition["status"] != "ACTIVE":
        return "ClientException", "TaskDefinition is inactive"
    wanted = definition.get("requiresCompatibilities") or ["FARGATE"]
    if data.get("launchType") == "FARGATE" and ("FARGATE" not in wanted or any(fargate_faults(definition))):
        return "InvalidParameterException", "Task definition does not support launch_type FARGATE."
    return None


def definition_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The task definition that a call names; empty where there is none."""
    return ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition") or "")) or {}


def _of_task(data: Mapping[str, Any]) -> Refusal:
    if not 1 <= int(data.get("count", 1)) <= _MOST:
        return "InvalidParameterException", f"count must be between 1 and {_MOST}."
    names = [container["name"] for container in definition_of(data)["containerDefinitions"]]
    for override in (data.get("overrides") or {}).get("containerOverrides") or []:
        if override.get("name") not in names:
            words = f"Override for container named {override.get('name')} is not a container in the TaskDefinition."
            return "InvalidParameterException", words
    return None


def _known(token: str, data: Mapping[str, Any]) -> Any:
    tasks = [task for task in list(ecs._tasks.values()) if (task.get("_request") or {}).get("clientToken") == token]
    if tasks and tasks[0]["_request"] != data:
        return error_response_json("ConflictException", _IN_USE, 400)
    return json_response({"tasks": [ecs._sanitize(task) for task in tasks], "failures": []}) if tasks else None


def _run(run: Any, data: dict[str, Any]) -> Any:
    answer = run(data)
    for started in json.loads(answer[2]).get("tasks") or []:
        ecs._tasks[started["taskArn"]]["_request"] = data
    return answer
