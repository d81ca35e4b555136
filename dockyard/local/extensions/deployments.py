"""A deployment is done when its tasks are well, not when their processes have started.

- The first deployment of a service begins `IN_PROGRESS`, as every other.
- A task behind a load balancer counts once its target is healthy, one with health checks of its own once these are; until then
  the old tasks stay.
- A task that a user stops is replaced; one that is found unhealthy after the grace period is stopped and counts as failed for
  the circuit breaker.
- The old tasks are stopped, then the deployment is completed; a failed one is no longer listed then.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import time
from typing import Any

from ministack.core.concurrency import resource_lock, spawn_background
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from dockyard.local.extensions import container_health, service_history, target_health
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_history import Deployment, Service, say
from dockyard.local.extensions.service_revisions import balanced

_TICK = 0.1


def install(_: Instance) -> None:
    """Let health decide."""
    _begin_in_progress()
    _note_new_ones()
    ecs._complete_service_deployment = complete
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
    _replace_what_a_user_stops()


def _replace_what_a_user_stops() -> None:
    original = ecs._ACTION_MAP["StopTask"]

    def stop_task(data: dict[str, Any]) -> Any:
        task = ecs._resolve_task(data.get("task", ""), ecs._resolve_cluster_name(data.get("cluster", "default"))) or {}
        answer = original(data)
        key = service_key(task) if task else ""
        if key in ecs._services:
            spawn_background(_reconcile, key, get_account_id(), get_region(), thread_name="dockyard-replace-task")
        return answer

    ecs._ACTION_MAP["StopTask"] = stop_task


def _reconcile(key: str, account: str, region: str) -> None:
    with request_scope(account, region):
        ecs._reconcile_service_tasks(key.split("/", maxsplit=1)[0], key)


def _begin_in_progress() -> None:
    original = ecs._make_deployment

    def make_deployment(definition: str, desired: int, status: str = "PRIMARY") -> Deployment:
        deployment: Deployment = original(definition, desired, status)
        deployment["id"] = f"ecs-svc/{service_history.digits()}"
        if desired:
            deployment.update(rolloutState="IN_PROGRESS", rolloutStateReason=f"ECS deployment {deployment['id']} in progress.")
        return deployment

    ecs._make_deployment = make_deployment


def _note_new_ones() -> None:
    """Before the first of its tasks is launched, a deployment is among those of its service; and launch for one at a time."""
    original = ecs._reconcile_service_tasks

    def reconcile(cluster: str, service_key: str) -> None:
        if service := ecs._services.get(service_key):
            with service_history.scheduler(service):
                service_history.deployments(service)
                original(cluster, service_key)

    ecs._reconcile_service_tasks = reconcile


def complete(cluster: str, service_key: str, expected_deployment_id: str | None = None) -> None:
    """Complete the deployment in progress if it is steady, and stop what was there before it."""
    service = ecs._services.get(service_key) or {}
    primary = ecs._primary_deployment(service)
    if not primary or (expected_deployment_id or primary["id"]) != primary["id"] or not is_steady(service, primary):
        return
    stop_old(cluster, service, primary)
    with service_history.scheduler(service), resource_lock("ecs-service", service_key):
        if primary is not ecs._primary_deployment(service) or primary["rolloutState"] != "IN_PROGRESS":
            return
        say(service, f"(deployment {primary['id']}) deployment completed.")
        reason = f"ECS deployment {primary['id']} completed."
        primary.update(rolloutState="COMPLETED", rolloutStateReason=reason, updatedAt=ecs._iso())
        service_history.succeed(service, primary)
        service["deployments"] = [one for one in service["deployments"] if one is primary or tasks_of(one)]
    ecs._refresh_service_state(cluster, f"service:{service['serviceName']}")


def is_steady(service: Service, primary: Deployment) -> bool:
    """Whether the deployment in progress has as many well tasks as are wanted, and no stage before its end holds it."""
    return is_well(service, primary) and not service_history.record(primary).get("held")


def is_well(service: Service, primary: Deployment) -> bool:
    """Whether the deployment in progress has as many well tasks as are wanted."""
    well = [task for task in _tasks(service) if task["lastStatus"] == "RUNNING" and task.get("_startup_stable")]
    mine = sum(ecs._deployment_for_task(service, task) is primary for task in well)
    return service["status"] == "ACTIVE" and primary["rolloutState"] == "IN_PROGRESS" and mine >= service["desiredCount"]


def stop_old(cluster: str, service: Service, primary: Deployment) -> None:
    """Stop the tasks of all other deployments, unless this one has failed meanwhile: what it goes back to needs them."""
    with service_history.scheduler(service):
        if primary is not ecs._primary_deployment(service):
            return
        for task in _tasks(service):
            if task.get("_deployment_id") != primary["id"]:
                ecs._stop_task({"task": task["taskArn"], "cluster": cluster, "reason": "Deployment completed"})


def _tasks(service: Service) -> list[dict[str, Any]]:
    """Those that are not stopped."""
    group = f"service:{service['serviceName']}"
    return [
        task for task in list(ecs._tasks.values())
        if task.get("group") == group and task.get("clusterArn") == service["clusterArn"]
        and task.get("lastStatus") in ecs._PRE_STOP_STATUSES
    ]  # fmt: skip


def tasks_of(deployment: Deployment) -> list[dict[str, Any]]:
    """Those of one deployment that are not stopped."""
    return [
        task for task in list(ecs._tasks.values())
        if task.get("_deployment_id") == deployment["id"] and task.get("lastStatus") in ecs._PRE_STOP_STATUSES
    ]  # fmt: skip


def _watch(healthy: Any, service_key: str, task: dict[str, Any], account: str, region: str) -> None:
    """Follow one task's targets for as long as it lives."""
    cluster = service_key.split("/", maxsplit=1)[0]
    begun, counted = time.monotonic(), False
    with request_scope(account, region):
        while ecs._task_is_active(task["taskArn"], task):
            service = ecs._services.get(service_key) or {}
            address = ecs._task_ip(task) or ""
            targets = [(group, address, port) for group, port in balanced(service, task)]
            states = {target_health.state(*target) for target in targets}
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
                what = "failed container health checks"
                _fail(service_key, service, task, what, f"{what}.")
                return
            elif "unhealthy" in states and not graced:
                group, _, port = target = next(one for one in targets if target_health.state(*one) == "unhealthy")
                why = f"(reason {target_health.description(*target)})"
                told = f"(port {port}) is unhealthy in (target-group {group}) due to {why}."
                _fail(service_key, service, task, f"failed ELB health checks in (target-group {group})", told)
                return
            time.sleep(_TICK)


def _fail(service_key: str, service: Service, task: dict[str, Any], what: str, told: str) -> None:
    name = f"(task {task['taskArn'].rsplit('/', 1)[-1]})"
    say(service, f"{name} {told}")
    say(service, f"has stopped 1 running tasks: {name}.")
    if ecs._mark_task_stopped(task["taskArn"], task, f"Task {what}", "ServiceSchedulerInitiated"):
        service["_unhealthy"] = service.get("_unhealthy", 0) + 1
        ecs._cleanup_task_resources(task, ecs._get_docker())
        ecs._record_service_task_failure(task)
        ecs._reconcile_service_tasks(service_key.split("/", maxsplit=1)[0], service_key)
