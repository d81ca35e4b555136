"""A service tells what it does, in AWS's words: tasks that it starts and stops, targets that come and go, when it is steady.

What happens to several tasks at once is one event.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.services import ecs

from dockyard.local.extensions import deployments
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_history import Deployment, Service, say, scheduler

_lock = threading.Lock()
_local = threading.local()


def install(_: Instance) -> None:
    """Tell it where it is done."""
    _tell_starts()
    _tell_stops()
    _tell_targets()
    _tell_steadiness()


def _tell_starts() -> None:
    run = ecs._run_task

    def run_task(data: dict[str, Any]) -> Any:
        answer = run(data)
        service = ecs._services.get(f"{data['cluster']}/{data['startedBy']}") if data.get("_deploymentId") else None
        arns = [task["taskArn"] for task in json.loads(answer[2])["tasks"]] if service else []
        if service and arns:
            replaced = min(service.pop("_unhealthy", 0), len(arns))
            why = f" Amazon ECS replaced {replaced} tasks due to an unhealthy status." if replaced else ""
            say(service, f"has started {len(arns)} tasks: {_names(arns)}.{why}")
        return answer

    ecs._run_task = run_task


def _tell_stops() -> None:
    """By the scheduler, that is: `StopTask` of a user is no doing of the service."""
    stop, reconcile, stop_old = ecs._stop_task, ecs._reconcile_service_tasks, deployments.stop_old

    def stop_task(data: dict[str, Any]) -> Any:
        task = ecs._resolve_task(data["task"], data["cluster"]) or {}
        if service := ecs._services.get(service_key(task)):
            with _together(service) as stopped:
                if task["lastStatus"] != "STOPPED":
                    stopped["running" if task["lastStatus"] == "RUNNING" else "pending"].append(task["taskArn"])
                    service["_stopping"] = True  # its targets are told when all are stopped, by whichever thread they are seen
                return stop(data)
        return stop(data)

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        with _together(_without_untrue(ecs._services.get(key))):
            reconcile(cluster, key)

    def stop_together(cluster: str, service: Service, primary: Deployment) -> None:
        with _together(service):
            stop_old(cluster, service, primary)

    ecs._stop_task, ecs._reconcile_service_tasks = stop_task, reconcile_service_tasks
    deployments.stop_old = stop_together


def _without_untrue(service: Service | None) -> Service | None:
    """Ministack tells of draining at every update: by the form of its times one knows its events from ours."""
    if service and any(isinstance(event["createdAt"], str) for event in service["events"]):
        service["events"][:] = [event for event in service["events"] if not isinstance(event["createdAt"], str)]
    return service


@contextmanager
def _together(service: Service | None) -> Iterator[dict[str, list[str]]]:
    """Tell all that stops within as one event, before what is told of it afterwards."""
    if not service or getattr(_local, "stopped", None) is not None:
        yield getattr(_local, "stopped", None) or {"running": [], "pending": []}
        return
    with scheduler(service):
        _local.stopped = {"running": [], "pending": []}
        try:
            yield _local.stopped
        finally:
            stopped, _local.stopped = _local.stopped, None
            _tell_stopped(service, stopped["running"], stopped["pending"])


def _tell_stopped(service: Service, running: list[str], pending: list[str]) -> None:
    if pending:
        say(service, f"stopped {len(pending)} pending tasks.")
    if running:
        say(service, f"has stopped {len(running)} running tasks: {_names(running)}.")
    if service.pop("_stopping", False):
        ecs._sync_service_targets("", service)


def _tell_targets() -> None:
    sync = ecs._sync_service_targets

    def sync_service_targets(cluster: str, service: Service) -> None:
        sync(cluster, service)
        if service.get("_stopping"):
            return
        with _lock:
            told = service.setdefault("_told_targets", {})
            now = {group: set(addresses) for group, addresses in (service.get("_published_targets") or {}).items()}
            service["_told_targets"] = now
        gone = {group: told.get(group, set()) - targets for group, targets in now.items()}
        for group, targets in now.items():
            if come := targets - told.get(group, set()):
                say(service, f"registered {len(come)} targets in (target-group {group})")
            if gone[group]:
                say(service, f"deregistered {len(gone[group])} targets in (target-group {group})")
        if draining := set().union(*gone.values()):
            say(service, f"has begun draining connections on {len(draining)} tasks.")

    ecs._sync_service_targets = sync_service_targets


def _tell_steadiness() -> None:
    refresh = ecs._refresh_service_state

    def refresh_service_state(cluster: str, group: str) -> None:
        refresh(cluster, group)
        service = ecs._services.get(f"{cluster}/{(group or '').removeprefix('service:')}")
        if not service or service["status"] != "ACTIVE":
            return
        state = (ecs._primary_deployment(service) or {}).get("rolloutState")
        steady = state == "COMPLETED" and service["runningCount"] == service["desiredCount"]
        with _lock:
            was, service["_steady"] = service.get("_steady", False), steady
        if steady and not was:
            say(service, "has reached a steady state.")

    ecs._refresh_service_state = refresh_service_state


def _names(arns: list[str]) -> str:
    return " ".join(f"(task {arn.rsplit('/', 1)[-1]})" for arn in arns)
