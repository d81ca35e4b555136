"""A task is as healthy as its essential containers say by their health checks.

`DescribeTasks` tells it for each container and for the task; a service waits for it, and replaces a task that is `UNHEALTHY`.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
"""

import contextlib
from collections.abc import Mapping
from typing import Any

import docker.errors
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance

_STATUS = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}


def install(_: Instance) -> None:
    """Look at the containers whenever it is looked whether they still run."""
    original = ecs._maybe_mark_stopped

    def mark_stopped(task: dict[str, Any], client: Any = None) -> None:
        original(task, client)
        if is_checked(task) and ecs._task_is_active(task.get("taskArn", ""), task):
            _refresh(task, client or ecs._get_docker())

    ecs._maybe_mark_stopped = mark_stopped


def is_checked(task: Mapping[str, Any]) -> bool:
    """Whether a container of the task has a health check."""
    return any(definition.get("healthCheck") for definition in _definitions(task))


def _definitions(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (task.get("_definition") or {}).get("containerDefinitions", [])
    return found


def _refresh(task: dict[str, Any], client: Any) -> None:
    essential = []
    for definition, container, docker_id in zip(
        _definitions(task), task["containers"], task.get("_docker_ids") or [], strict=False
    ):
        if definition.get("healthCheck"):
            with contextlib.suppress(docker.errors.APIError):
                health = client.containers.get(docker_id).attrs["State"].get("Health") or {}
                container["healthStatus"] = _STATUS.get(str(health.get("Status")), "UNKNOWN")
            if definition.get("essential", True):
                essential.append(container["healthStatus"])
    worst = next((status for status in ("UNHEALTHY", "UNKNOWN") if status in essential), "HEALTHY")
    task["healthStatus"] = worst if essential else "UNKNOWN"
