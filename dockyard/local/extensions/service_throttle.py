"""Tasks that fail to start are not launched again and again without a pause.

Each failure doubles the time until the next attempt, up to 27 minutes; after the third the service says that it is unable to
start tasks. It never gives up; a new deployment begins anew, at once. AWS does not say how its delays grow: here the first is one
second. A task that ran and ended does not count on AWS, where each start takes its time: here its successor waits a second
when the one before it ended as well. Where the circuit breaker counts, it decides, and there is no delay.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
"""

import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, json_response, request_scope
from ministack.services import ecs

from dockyard.local.extensions import deployment_failures
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_history import Deployment, Service, say

FIRST_SECONDS = 1.0
LIMIT_SECONDS = 27 * 60.0
_TOLD_AFTER = 3


def install(_: Instance) -> None:
    """Wait before a deployment's next task is launched."""
    failure, healthy, run = ecs._record_service_task_failure, ecs._record_service_task_healthy, ecs._run_task

    def record_failure(task: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        service = ecs._services.get(service_key(task))
        deployment = ecs._deployment_for_task(service, task) if service else None
        if service and deployment and not deployment_failures.counts(service, deployment):
            _delay(service, deployment, task)
        failure(task, *args, **kwargs)

    def record_healthy(key: str, task: dict[str, Any]) -> None:
        if deployment := ecs._deployment_for_task(ecs._services.get(key) or {}, task):
            deployment.pop("_throttle", None)
        healthy(key, task)

    def run_task(data: dict[str, Any]) -> Any:
        return json_response({"tasks": [], "failures": []}) if _is_throttled(data) else run(data)

    ecs._record_service_task_failure, ecs._record_service_task_healthy = record_failure, record_healthy
    ecs._run_task = run_task  # the scheduler's own calls: `RunTask` has no deployment


def _delay(service: Service, deployment: Deployment, task: dict[str, Any]) -> None:
    throttle = deployment.setdefault("_throttle", {"failures": 0, "until": 0.0})
    if time.monotonic() < throttle["until"]:
        return  # one of several that were launched together
    throttle["failures"] += 1
    never_ran = not task.get("startedAt")
    seconds = min(LIMIT_SECONDS, FIRST_SECONDS * 2 ** (throttle["failures"] - 1)) if never_ran else FIRST_SECONDS
    if throttle["failures"] == 1 and not never_ran:
        return
    throttle["until"] = time.monotonic() + seconds
    if never_ran and throttle["failures"] == _TOLD_AFTER:  # once, as AWS leaves out what it has said already
        say(service, "is unable to consistently start tasks successfully.")
    spawn_background(
        _resume, service_key(task), service, deployment, seconds, get_account_id(), get_region(), thread_name="dockyard-throttle"
    )


def _is_throttled(data: dict[str, Any]) -> bool:
    service = ecs._services.get(f"{data['cluster']}/{data['startedBy']}") if data.get("_deploymentId") else None
    deployment = ecs._primary_deployment(service or {}) or {}
    return time.monotonic() < (deployment.get("_throttle") or {}).get("until", 0.0)


def _resume(key: str, service: Service, deployment: Deployment, seconds: float, account: str, region: str) -> None:
    time.sleep(seconds)
    with request_scope(account, region):
        if ecs._services.get(key) is service and ecs._primary_deployment(service) is deployment:
            ecs._reconcile_service_tasks(key.split("/", maxsplit=1)[0], key)
