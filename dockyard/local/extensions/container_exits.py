"""A stopped container tells how it ended: the code that it exited with, 137 where it was killed, and a lack of memory.

A container that is still stopping has no exit code yet.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
"""

import contextlib
from collections.abc import Iterable
from typing import Any

import docker.errors
from ministack.services import ecs

from dockyard.local.extensions import draining, task_containers
from dockyard.local.extensions.instance import Instance

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def install(_: Instance) -> None:
    """Look at each container when it has ended and before it is removed."""
    remove, mark, end = ecs._remove_docker_container, ecs._mark_task_stopped, task_containers._end

    def stop_and_remove(client: Any, container: Any) -> None:
        if client is not None and container is not None:
            with contextlib.suppress(docker.errors.APIError):
                container = client.containers.get(container) if isinstance(container, str) else container
                draining.stop(container)
                _note(container)
        remove(client, container)

    def mark_stopped(arn: str, task: dict[str, Any], reason: str, code: str, exit_code: int | None = None) -> Any:
        del exit_code  # ministack's, for all containers that have not ended
        _note_ended(task.get("_docker_ids") or [] if code == "EssentialContainerExited" else [])
        return mark(arn, task, reason, code)

    def end_and_note(left: list[str], holder: str | None) -> None:
        end(left, holder)
        _note_ended(left)

    ecs._remove_docker_container, ecs._mark_task_stopped = stop_and_remove, mark_stopped
    task_containers._end = end_and_note


def _note_ended(ids: Iterable[str]) -> None:
    for id in list(ids):
        with contextlib.suppress(docker.errors.APIError):
            container = ecs._get_docker().containers.get(id)
            if container.status == "exited":
                _note(container)


def _note(container: Any) -> None:
    container.reload()
    state, labels = container.attrs["State"], container.labels
    task = ecs._tasks.get(labels["com.amazonaws.ecs.task-arn"]) or {}
    for told in task.get("containers") or []:
        if told["name"] == labels["com.amazonaws.ecs.container-name"]:
            told["exitCode"] = state["ExitCode"]
            if state.get("OOMKilled"):
                told["reason"] = OUT_OF_MEMORY
