"""A deployment that fails stops launching tasks, and goes back to the last one that was good, if it was told to.

- The circuit breaker counts tasks that fail to start or to become healthy. Its threshold is half of the desired count, at least 3
  and at most 200, or what `thresholdConfiguration` says.
- Without rollback the tasks of the deployment before it stay.
- A deployment that another went back to is not gone back from.
- Events and reasons are in AWS's words; the failed deployment is listed until the rollback is complete.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import time
from dataclasses import dataclass
from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

from dockyard.local.extensions import service_history
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_history import Deployment, Service, say


@dataclass(frozen=True)
class Failure:
    """Why a deployment failed, in the words of each place that tells it."""

    monitor: str
    """Which of the service deployment's monitors is `TRIGGERED`, if any."""
    event: str
    state: str
    rollback: str
    status: str


BREAKER = Failure(
    monitor="deploymentCircuitBreaker",
    event="tasks failed to start.",
    state="ECS deployment circuit breaker: tasks failed to start.",
    rollback="ECS deployment circuit breaker: rolling back to deploymentId {}.",
    status="Service deployment rolled back because the circuit breaker threshold was exceeded.",
)
_NOWHERE = "No rollback candidate was found to run the rollback."


def install(_: Instance) -> None:
    """Count, fail and go back."""
    ecs._record_service_task_failure = record_failure
    original = ecs._reconcile_service_tasks

    def reconcile(cluster: str, key: str) -> None:
        service = ecs._services.get(key) or {}
        failed = (ecs._primary_deployment(service) or {}).get("rolloutState") == "FAILED"
        if failed and service["desiredCount"]:  # or the tasks of the deployment before would be stopped
            ecs._refresh_service_state(cluster, f"service:{service['serviceName']}")
        else:
            original(cluster, key)

    ecs._reconcile_service_tasks = reconcile


def counts(service: Service, deployment: Deployment) -> bool:
    """Whether the circuit breaker counts the failures of a deployment's tasks."""
    breaker = service["deploymentConfiguration"].get("deploymentCircuitBreaker") or {}
    return deployment["rolloutState"] == "IN_PROGRESS" and bool(breaker.get("enable"))


def record_failure(task: dict[str, Any], digest_resolution_failed: bool = False) -> None:
    """A task failed: count it, replace it. An image that cannot be found is a failure of the deployment at once."""
    key = service_key(task)
    service = ecs._services.get(key)
    deployment = ecs._deployment_for_task(service, task) if service else None
    if not service or service["status"] != "ACTIVE" or not deployment or deployment is not ecs._primary_deployment(service):
        return
    if digest_resolution_failed and not ecs._task_is_active(task["taskArn"], task):
        return
    if counts(service, deployment):
        with resource_lock("ecs-service", key):
            if not digest_resolution_failed:
                deployment.update(failedTasks=int(deployment["failedTasks"]) + 1, updatedAt=ecs._iso())
            over = digest_resolution_failed or deployment["failedTasks"] >= ecs._circuit_breaker_threshold(service)
        rollback = service["deploymentConfiguration"]["deploymentCircuitBreaker"].get("rollback", False)
        if over and fail(key, deployment, BREAKER, rollback=rollback):
            return
    ecs._reconcile_service_tasks(key.split("/", maxsplit=1)[0], key)


def fail(key: str, deployment: Deployment, why: Failure, *, rollback: bool) -> bool:
    """Fail a deployment that is in progress; whether it was."""
    with resource_lock("ecs-service", key):
        service = ecs._services.get(key)
        if not service or deployment is not ecs._primary_deployment(service) or deployment["rolloutState"] != "IN_PROGRESS":
            return False
        deployment.update(rolloutState="FAILED", rolloutStateReason=why.state, desiredCount=0, updatedAt=ecs._iso())
        service_history.record(deployment)["triggered"] = why.monitor
        say(service, f"(deployment {deployment['id']}) deployment failed: {why.event}")
        target = _candidate(service, deployment) if rollback else None
        _note(service, deployment, why, target, rollback=rollback)
        if target:
            _go_back(service, deployment, target, why)
    cluster = key.split("/", maxsplit=1)[0]
    ecs._reconcile_service_tasks(cluster, key)
    if target:
        ecs._schedule_service_deployment_completion(cluster, key, get_account_id(), get_region())
    return True


def _candidate(service: Service, deployment: Deployment) -> Deployment | None:
    """The last deployment that was good, unless this is itself one that another went back to."""
    if "_rolled_back" in deployment:
        return None
    others = (one for one in service_history.deployments(service) if one is not deployment)
    return next((one for one in others if service_history.record(one)["good"]), None)


def _note(service: Service, deployment: Deployment, why: Failure, target: Deployment | None, *, rollback: bool) -> None:
    if failed_before := deployment.pop("_rolled_back", None):
        service_history.end(service_history.named(service, failed_before), "ROLLBACK_FAILED")
    elif not rollback:
        service_history.end(deployment, "STOPPED", why.status.replace("rolled back", "failed"))
    elif target is None:
        service_history.end(deployment, "ROLLBACK_FAILED", f"{why.status} {_NOWHERE}")
    else:
        service_history.change(deployment, "ROLLBACK_IN_PROGRESS", why.status)
        revision = service_history.record(target)["revision"]
        service_history.record(deployment)["rollback"] = {"reason": why.status, "startedAt": time.time(), "revision": revision}


def _go_back(service: Service, deployment: Deployment, target: Deployment, why: Failure) -> None:
    reason = why.rollback.format(target["id"])
    deployment["status"] = "ACTIVE"
    service_history.record(target).setdefault("failures", target["failedTasks"])
    target.update(
        status="PRIMARY", desiredCount=service["desiredCount"], failedTasks=0, rolloutState="IN_PROGRESS",
        rolloutStateReason=reason, updatedAt=ecs._iso(), _rolled_back=deployment["id"],
    )  # fmt: skip
    service["taskDefinition"] = target["taskDefinition"]
    service["deployments"] = [target, *(one for one in service["deployments"] if one is not target)]
    say(service, f"rolling back to deployment {target['id']}.")
