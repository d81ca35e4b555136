"""Tasks on servers of one's own need room there.

- A task of a capacity provider with an Auto Scaling group is placed on one of its container instances that has the CPU, memory,
  ports and interfaces it needs. Where none has and managed scaling is on, it waits in PROVISIONING for the group to grow; once
  the group cannot, a service says so as an event.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
- Where it is off, the task is not placed: `RunTask` tells what lacks, a service says it as an event and tries again.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
- A cluster without such a capacity provider takes tasks of the launch type EC2 at once, whatever they need.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import json_response, request_scope
from ministack.services import ecs

from dockyard.local.extensions import container_instances, server_groups, task_definitions
from dockyard.local.extensions.container_instances import Server, Task, group_of, leaving, placing, remaining, servers
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.placement import closest, lack, need_of, place, room
from dockyard.local.extensions.service_history import say, scheduler

_RETRY_SECONDS = 1.0
_TICK = 0.2
_LACKS = {
    "CPU": "has insufficient CPU units available",
    "MEMORY": "has insufficient memory available",
    "PORTS": "is already using a port required by your task",
    "ENI": 'encountered error "RESOURCE:ENI"',
    "GPU": 'encountered error "RESOURCE:GPU"',
}
_log = logging.getLogger("dockyard.capacity")
_asked: dict[str, Any] = {}
"""Placement strategies of services that are just being made."""
_retry_at: dict[tuple[str, str, str], float] = {}
"""When services that found no room try again, by account, region and `cluster/name`."""


def install(_: Instance) -> None:
    """Place tasks, and tend the servers."""
    _place_tasks()
    _start_elsewhere()
    _keep_strategies()
    server_groups.keep_what_templates_say()
    ecs._ACTION_MAP.update(container_instances.API)
    threading.Thread(target=_watch, daemon=True, name="dockyard-capacity").start()


def reset() -> None:
    """Forget all servers."""
    container_instances.forget()
    for memory in (_asked, _retry_at, server_groups.needed_at):
        memory.clear()


def _watch() -> None:
    while True:
        time.sleep(_TICK)
        for account, region, name in list(ecs._clusters._data):
            try:
                with request_scope(account, region):
                    _tend(name)
                    _retry(account, region)
            except Exception:
                _log.exception("servers of %s", name)


def _tend(cluster: str) -> None:
    known = {server.provider for server in servers(cluster)}
    for provider in known | set(ecs._clusters[cluster]["capacityProviders"]):
        if provider in known or group_of(provider):
            waiting = [task for task in list(ecs._tasks.values()) if _waits(task, cluster, provider)]
            server_groups.scale(cluster, provider, waiting)
            container_instances.tend(cluster, provider, server_groups.type_of(group_of(provider) or {}))
            if waiting and server_groups.is_grown(cluster, provider):
                _tell_waiting([one for one in servers(cluster, provider) if one.status == "ACTIVE"], waiting)


def _tell_waiting(found: list[Server], waiting: list[Task]) -> None:
    """A service of each task that no server has room for, and none will come for."""
    for task in waiting:
        service = ecs._services.get(service_key(task))
        if service and ecs._task_is_active(task["taskArn"], task) and all(lack(remaining(one), task["_need"]) for one in found):
            _tell_unplaced(service, *closest(found, task["_need"]))


def _waits(task: Task, cluster: str, provider: str) -> bool:
    mine = task.get("capacityProviderName") == provider and ecs._cluster_name_from_arn(task["clusterArn"]) == cluster
    return mine and "_need" in task and not task["containerInstanceArn"] and ecs._task_is_active(task["taskArn"], task)


def _retry(account: str, region: str) -> None:
    for key in [key for key, at in _retry_at.items() if key[:2] == (account, region) and at < time.monotonic()]:
        del _retry_at[key]
        ecs._reconcile_service_tasks(key[2].split("/", maxsplit=1)[0], key[2])


# tasks


def _place_tasks() -> None:
    run, start_worker = ecs._run_task, ecs._start_task_worker

    def run_task(data: dict[str, Any]) -> Any:
        cluster = ecs._clusters.get(ecs._resolve_cluster_name(data.get("cluster", "default")))
        _launch, strategy, _fault = ecs._launch_choice(data, cluster)
        provider = ecs._task_capacity(None, strategy)[1]
        definition = ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition", "")))
        if not cluster or not definition or not provider or not group_of(provider):
            return run(data)
        with placing:
            return _run_where_there_is_room(run, data, servers(cluster["clusterName"], provider), provider, need_of(definition))

    def start_with_room(task: Task, *args: Any) -> None:
        with placing:
            pass  # `run_task` may not have noted yet what this task needs
        while "_need" in task and not task["containerInstanceArn"]:
            if not ecs._task_is_active(task["taskArn"], task):
                return
            with placing:
                placed = place(task)
            time.sleep(0 if placed else _TICK)
        start_worker(task, *args)

    ecs._run_task = ecs._ACTION_MAP["RunTask"] = run_task
    ecs._start_task_worker = start_with_room


def _run_where_there_is_room(run: Any, data: dict[str, Any], found: list[Server], provider: str, need: dict[str, Any]) -> Any:
    service = ecs._services.get(f"{data['cluster']}/{data['startedBy']}") if data.get("_deploymentId") else None
    count = int(data.get("count", 1))
    active = [remaining(server) for server in found if server.status == "ACTIVE"]
    placed = count if server_groups.is_managed(provider) else room(active, [need] * count)
    answer = run({**data, "count": placed})
    if answer[0] >= 400:
        return answer
    tasks = [ecs._tasks[task["taskArn"]] for task in json.loads(answer[2])["tasks"]]
    for task in tasks:
        task.update(_need=need, _strategy=data.get("placementStrategy") or (service or {}).get("placementStrategy"))
        place(task)
    server, lacking = closest(found, need)
    if service and placed < count:
        _, _, _, region, account, name = service["serviceArn"].split(":")
        _retry_at[account, region, name.removeprefix("service/")] = time.monotonic() + _RETRY_SECONDS
        _tell_unplaced(service, server, lacking)
    failures = [{"arn": server.arn if server else None, "reason": f"RESOURCE:{lacking}"}] * (count - placed)
    return json_response({"tasks": [ecs._sanitize(task) for task in tasks], "failures": ecs._sanitize(failures)})


def _tell_unplaced(service: dict[str, Any], server: Server | None, lacking: str) -> None:
    why = (
        f"The closest matching (container-instance {server.arn.rsplit('/', 1)[-1]}) {_LACKS[lacking]}. "
        "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        if server
        else "Reason: No Container Instances were found in your capacity provider."
    )
    message = f"was unable to place a task because no container instance met all of its requirements. {why}"
    if not any(event["message"].endswith(message) for event in service["events"][:1]):
        say(service, message)


# services


def _start_elsewhere() -> None:
    """Where tasks are to leave their server, the service needs as many others as there are of them."""
    reconcile = ecs._reconcile_service_tasks

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        service = ecs._services.get(key)
        if service:
            service.setdefault("placementStrategy", _asked.get(key, []))
        more = len(leaving(service)) if service and service["desiredCount"] else 0
        if not service or not more:
            reconcile(cluster, key)
            return
        with scheduler(service):
            wanted = service["desiredCount"]
            service["desiredCount"] = wanted + more
            try:
                reconcile(cluster, key)
            finally:
                if service["desiredCount"] == wanted + more:  # or else it was just set anew
                    service["desiredCount"] = wanted

    ecs._reconcile_service_tasks = reconcile_service_tasks


def _keep_strategies() -> None:
    """Placement strategies of services, which ministack drops."""
    create, update = ecs._create_service, ecs._update_service

    def create_service(data: dict[str, Any]) -> Any:
        key = f"{ecs._resolve_cluster_name(data.get('cluster', 'default'))}/{data.get('serviceName')}"
        _asked[key] = _strategies(data) or []
        try:
            return create(data)
        finally:
            _asked.pop(key, None)

    def update_service(data: dict[str, Any]) -> Any:
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        name = (ecs._resolve_service_ref(data.get("service", "")) or ("",))[0]
        strategies, service = _strategies(data), ecs._services.get(f"{cluster}/{name}")
        if service and strategies is not None:
            service["placementStrategy"] = strategies
        return update(data)

    ecs._create_service = ecs._ACTION_MAP["CreateService"] = create_service
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = update_service


def _strategies(data: Mapping[str, Any]) -> Any:
    """Of a call, or of the template that it is made for."""
    return data.get("placementStrategy", task_definitions.with_template({}).get("placementStrategies"))
