"""A deployment is done when its tasks are well, not when their processes have started.

- The first deployment of a service begins `IN_PROGRESS`, as every other.
- A task behind a load balancer counts once its target is healthy, one with health checks of its own once these are; until then
  the old tasks stay.
- A task that is found unhealthy after the grace period is stopped and counts as failed for the circuit breaker.
- When all is done, the service says that it "has reached a steady state".
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import ecs

from dockyard.local.extensions import container_health, target_health
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_revisions import balanced

_TICK = 0.1


def install(_: Instance) -> None:
    """Let health decide."""
    _begin_in_progress()
    _say_when_steady()
    _keep_what_was_good()
    original = ecs._record_service_task_healthy

    def record_healthy(service_key: str, task: dict[str, Any]) -> None:
        service = ecs._services.get(service_key)
        if not service or not (service.get("loadBalancers") or container_health.is_checked(task)):
            original(service_key, task)
        elif not task.get("_watched"):
            task["_watched"] = True
            spawn_background(
                _watch, original, service_key, task, get_account_id(), get_region(), thread_name="dockyard-task-health"
            )

    ecs._record_service_task_healthy = record_healthy


def _begin_in_progress() -> None:
    original = ecs._make_deployment

    def make_deployment(definition: str, desired: int, status: str = "PRIMARY") -> dict[str, Any]:
        deployment: dict[str, Any] = original(definition, desired, status)
        if desired:
            deployment.update(rolloutState="IN_PROGRESS", rolloutStateReason=f"ECS deployment {deployment['id']} in progress.")
        return deployment

    ecs._make_deployment = make_deployment


def _say_when_steady() -> None:
    original = ecs._complete_service_deployment

    def complete(cluster: str, service_key: str, expected_deployment_id: str | None = None) -> None:
        before = (ecs._primary_deployment(ecs._services.get(service_key) or {}) or {}).get("rolloutState")
        original(cluster, service_key, expected_deployment_id)
        service = ecs._services.get(service_key)
        after = (ecs._primary_deployment(service or {}) or {}).get("rolloutState")
        if service and before == "IN_PROGRESS" and after == "COMPLETED":
            ecs._primary_deployment(service)["_was_good"] = True
            _event(service, "has reached a steady state.")

    ecs._complete_service_deployment = complete


def _keep_what_was_good() -> None:
    """A circuit breaker goes back to a deployment that was good once, also where a rollback to it was still under way."""
    original = ecs._record_service_task_failure

    def record_failure(task: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        for deployment in (ecs._services.get(service_key(task)) or {}).get("deployments", []):
            if deployment["status"] != "PRIMARY" and deployment.get("_was_good") and deployment["rolloutState"] == "IN_PROGRESS":
                deployment["rolloutState"] = "COMPLETED"
        original(task, *args, **kwargs)

    ecs._record_service_task_failure = record_failure


def _event(service: dict[str, Any], message: str) -> None:
    text = f"(service {service['serviceName']}) {message}"
    service["events"].insert(0, {"id": new_uuid(), "createdAt": ecs._iso(), "message": text})


def _watch(healthy: Any, service_key: str, task: dict[str, Any], account: str, region: str) -> None:
    """Follow one task's targets for as long as it lives."""
    cluster = service_key.split("/", maxsplit=1)[0]
    begun, counted = time.monotonic(), False
    with request_scope(account, region):
        while ecs._task_is_active(task["taskArn"], task):
            service = ecs._services.get(service_key) or {}
            address = ecs._task_ip(task) or ""
            states = {target_health.state(group, address, port) for group, port in balanced(service, task)}
            if container_health.is_checked(task):
                states.add(task["healthStatus"].lower())
            graced = time.monotonic() - begun < int(service.get("healthCheckGracePeriodSeconds") or 0)
            if states == {"healthy"} and not counted:
                counted = True
                healthy(service_key, task)
                ecs._refresh_service_state(cluster, task["group"])
                ecs._reconcile_service_tasks(cluster, service_key)
                ecs._complete_service_deployment(cluster, service_key)
            elif task["healthStatus"] == "UNHEALTHY":  # a container's own check has a start period, not the service's grace
                _fail(service_key, service, task, "failed container health checks")
                return
            elif "unhealthy" in states and not graced:
                group = balanced(service, task)[0][0]
                _fail(service_key, service, task, f"failed ELB health checks in (target-group {group})")
                return
            time.sleep(_TICK)


def _fail(service_key: str, service: dict[str, Any], task: dict[str, Any], what: str) -> None:
    _event(service, f"(task {task['taskArn'].rsplit('/', 1)[-1]}) {what}")
    if ecs._mark_task_stopped(task["taskArn"], task, f"Task {what}", "ServiceSchedulerInitiated"):
        ecs._cleanup_task_resources(task, ecs._get_docker())
        ecs._record_service_task_failure(task)
        ecs._reconcile_service_tasks(service_key.split("/", maxsplit=1)[0], service_key)
