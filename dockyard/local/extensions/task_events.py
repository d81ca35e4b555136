"""ECS tells what happens to its tasks and services as events on the default bus.

- "ECS Task State Change" at PROVISIONING, PENDING, RUNNING and STOPPED.
- "ECS Deployment State Change": SERVICE_DEPLOYMENT_IN_PROGRESS, _COMPLETED, _FAILED.
- "ECS Service Action": SERVICE_STEADY_STATE, SERVICE_TASK_START_IMPAIRED, SERVICE_TASK_PLACEMENT_FAILURE.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html
"""

import copy
import json
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs, eventbridge

from dockyard.local.extensions.instance import Instance

_TICK = 0.1
_SERVICE_ACTIONS = {
    "has reached a steady state": ("INFO", "SERVICE_STEADY_STATE"),
    "is unable to consistently start tasks successfully": ("WARN", "SERVICE_TASK_START_IMPAIRED"),
    "was unable to place a task": ("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE"),
}
"""By what the service's own event says."""
_ROLLOUTS = {
    "IN_PROGRESS": ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
    "COMPLETED": ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
    "FAILED": ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
}
_told: dict[str, str] = {}
"""The last state of each deployment, and the service's events, that were told."""
_waiting: queue.SimpleQueue[tuple[str, str, dict[str, Any]]] = queue.SimpleQueue()

Detail = dict[str, Any]


def install(_: Instance) -> None:
    """Tell in one thread, in order: who changes a task does not wait for those who hear of it."""
    _tell_when("_mark_task_pending", "PROVISIONING")
    _tell_when("_mark_task_running", None)
    _tell_when("_mark_task_stopped", None)
    _name_groups()
    for work in (_send, _watch_services):
        threading.Thread(target=work, daemon=True, name=f"dockyard-{work.__name__.strip('_')}").start()


def reset() -> None:
    """Forget what was told."""
    _told.clear()


def kept() -> dict[str, str]:
    """What was told is not told again after a new start."""
    return dict(_told)


def restore(told: dict[str, str]) -> None:
    """As it was told."""
    _told.update(told)


def _name_groups() -> None:
    """A task that belongs to no service and is given no group has its family's."""
    original = ecs._run_task

    def run_task(data: dict[str, Any]) -> Any:
        family = str(data.get("taskDefinition", "")).rsplit("/", 1)[-1].split(":")[0]
        return original({**data, "group": data.get("group") or f"family:{family}"})

    ecs._run_task = ecs._ACTION_MAP["RunTask"] = run_task


def _tell_when(name: str, before: str | None) -> None:
    """Tell after the function has changed a task; and the state that it had, where that is `before`."""
    original = getattr(ecs, name)

    def mark(task_arn: str, task: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if before and task.get("lastStatus") == before:
            _tell_task(task)
        changed = original(task_arn, task, *args, **kwargs)
        if changed:
            _tell_task(task)
        return changed

    setattr(ecs, name, mark)


def _tell_task(task: Mapping[str, Any]) -> None:
    detail = copy.deepcopy(ecs._sanitize(task))
    detail["updatedAt"] = ecs._iso()
    for name in ("tags", "stopCode", "stoppedReason", "capacityProviderName", "platformVersion", "startedBy"):
        if not detail.get(name):
            detail.pop(name, None)
    entry = _entry("ECS Task State Change", [detail["taskArn"]], detail)
    _waiting.put((get_account_id(), get_region(), entry))


def _watch_services() -> None:
    """By looking, not by wrapping: deployments change in many places."""
    while True:
        time.sleep(_TICK)
        for (account, region, _), service in list(ecs._services._data.items()):
            try:
                for entry in _news(service):
                    _waiting.put((account, region, entry))
            except (KeyError, RuntimeError):
                continue  # it changes at this moment; look again


def _news(service: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for deployment in reversed(list(service["deployments"])):
        before, state = _told.get(deployment["id"]), deployment["rolloutState"]
        if before is None and state != "IN_PROGRESS":
            yield _of_deployment(service, deployment, "IN_PROGRESS")
        if state != before and state in _ROLLOUTS:
            _told[deployment["id"]] = state
            yield _of_deployment(service, deployment, state)
    for event in reversed(list(service["events"])):
        action = next((found for words, found in _SERVICE_ACTIONS.items() if words in event["message"]), None)
        if action and event["id"] not in _told:
            _told[event["id"]] = action[1]
            detail = {
                "eventType": action[0], "eventName": action[1],
                "clusterArn": service["clusterArn"], "createdAt": event["createdAt"],
            }  # fmt: skip
            yield _entry("ECS Service Action", [service["serviceArn"]], detail)


def _of_deployment(service: Mapping[str, Any], deployment: Mapping[str, Any], state: str) -> dict[str, Any]:
    kind, name = _ROLLOUTS[state]
    reason = deployment["rolloutStateReason"] if state == deployment["rolloutState"] else ""
    detail = {
        "eventType": kind,
        "eventName": name,
        "deploymentId": deployment["id"],
        "updatedAt": deployment["updatedAt"],
        "reason": reason or f"ECS deployment {deployment['id']} {state.lower().replace('_', ' ')}.",
    }
    return _entry("ECS Deployment State Change", [service["serviceArn"]], detail)


def _entry(detail_type: str, resources: list[str], detail: Detail) -> dict[str, Any]:
    return {"Source": "aws.ecs", "DetailType": detail_type, "Resources": resources, "Detail": json.dumps(detail, default=str)}


def _send() -> None:
    while True:
        account, region, entry = _waiting.get()
        try:
            with request_scope(account, region):
                eventbridge._ensure_default_bus()
                eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
        except Exception:
            eventbridge.logger.exception("an event of ECS")
