"""A task tells in AWS's words who started it, and why it stopped.

- A task of a service was started by its deployment; one that a deployment or a scale-in stops says so.
- A task that could not start says whether its image could not be pulled or its container not be started.
- What a task does not have is absent, not empty.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resolve-stopped-errors.html
"""

from typing import Any

import docker.errors
from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance

_CANNOT_START = "CannotStartContainerError: "
_KINDS = (_CANNOT_START, "ResourceInitializationError: ")
_MINISTACKS = "ResourceInitializationError: unable to pull image or start container: "
_ABSENT = ("capacityProviderName", "platformFamily", "platformVersion", "startedBy", "stopCode", "stoppedReason")


def install(instance: Instance) -> None:
    """Say it where it happens."""
    _name_deployments()
    _tell_why_not_started(instance)
    original = ecs._sanitize

    def sanitize(thing: Any) -> Any:
        answer = original(thing)
        if isinstance(thing, dict) and "taskArn" in thing and "containers" in thing:
            return {name: value for name, value in answer.items() if value or name not in _ABSENT}
        return answer

    ecs._sanitize = sanitize


def _name_deployments() -> None:
    """ministack's own `_stop_task` is the scheduler's; `StopTask` of a user does not come by it."""
    run, stop, mark = ecs._run_task, ecs._stop_task, ecs._mark_task_stopped

    def run_task(data: dict[str, Any]) -> Any:
        return run({**data, "startedBy": data["_deploymentId"]} if data.get("_deploymentId") else data)

    def stop_task(data: dict[str, Any]) -> Any:
        task = ecs._resolve_task(data["task"], data["cluster"])
        if task and task.get("_deployment_id"):
            task["_stopped_by"] = task["_deployment_id"]
        return stop(data)

    def mark_stopped(arn: str, task: dict[str, Any], reason: str, code: str, *args: Any, **kwargs: Any) -> Any:
        if code == "EssentialContainerExited":
            reason = "Essential container in task exited"
        elif code == "UserInitiated" and (deployment := task.get("_stopped_by")):
            reason, code = f"Scaling activity initiated by (deployment {deployment})", "ServiceSchedulerInitiated"
        return mark(arn, task, reason, code, *args, **kwargs)

    ecs._run_task, ecs._stop_task, ecs._mark_task_stopped = run_task, stop_task, mark_stopped


def _tell_why_not_started(instance: Instance) -> None:
    run, fail = ecs._run_docker_container, ecs._fail_task_start

    def words(error: BaseException) -> str:
        explanation = str(getattr(error, "explanation", None) or error)
        registry = f"{get_account_id()}.dkr.ecr.{get_region()}.amazonaws.com"
        return f"Error response from daemon: {explanation.replace(instance.registry, registry)}"

    def run_container(*args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except ecs._ImagePullError as error:
            raise ecs._ImagePullError(words(error.__cause__ or error)) from error
        except docker.errors.APIError as error:
            if isinstance(error, docker.errors.ImageNotFound) or "/images/" in str(getattr(error.response, "url", "")):
                raise ecs._ImagePullError(words(error)) from error
            raise RuntimeError(_CANNOT_START + words(error)) from error

    def fail_task_start(task: dict[str, Any], client: Any, reason: str) -> None:
        told = reason.removeprefix(_MINISTACKS)
        fail(task, client, told if told.startswith(_KINDS) else reason)

    ecs._run_docker_container, ecs._fail_task_start = run_container, fail_task_start
