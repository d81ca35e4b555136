"""A deployment keeps the settings that it began with: its load balancers, network and capacity, not its task definition alone.

- A change of any of them begins a new deployment. Tasks of the old one stay registered as they were, on their own port and
  in their own target group, until they are drained.
- A rollback brings the settings back with the task definition.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""

import copy
from collections.abc import Iterator
from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.services import alb, ecs

from dockyard.local.extensions import service_history
from dockyard.local.extensions.instance import Instance

_SETTINGS = (
    "loadBalancers", "networkConfiguration", "capacityProviderStrategy", "launchType", "platformVersion", "serviceRegistries",
    "serviceConnectConfiguration",
)  # fmt: skip


def install(_: Instance) -> None:
    """Keep a revision a deployment."""
    update, reconcile = ecs._update_service, ecs._reconcile_service_tasks

    def update_service(data: dict[str, Any]) -> Any:
        if service := named(data):
            for deployment in service["deployments"]:
                revision(service, deployment)
            changed = {key: data[key] for key in _SETTINGS if key in data and data[key] != service.get(key)}
            if changed:
                service.update(copy.deepcopy(changed))  # so that the new deployment begins with them
                data = {**data, "forceNewDeployment": True}
        return update(data)

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        service = ecs._services.get(key)
        if primary := ecs._primary_deployment(service or {}):
            service.update(copy.deepcopy(revision(service, primary)))
        reconcile(cluster, key)

    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = update_service
    ecs._reconcile_service_tasks = reconcile_service_tasks
    ecs._sync_service_targets = _register


def balanced(service: dict[str, Any], task: dict[str, Any]) -> list[tuple[str, int]]:
    """Target groups that a task is registered in, each with its port: it stays in them, whatever becomes of its deployment."""
    if "_balanced" not in task:
        alternate = _has_alternate(service, task)
        task["_balanced"] = [
            (target_group(one, alternate=alternate), int(one.get("containerPort", 80)))
            for one in settings_of(service, task).get("loadBalancers") or []
            if one.get("targetGroupArn")
        ]
    found: list[tuple[str, int]] = task["_balanced"]
    return found


def named(data: dict[str, Any]) -> dict[str, Any] | None:
    """The service that a call is for."""
    cluster, service = (
        ecs._resolve_cluster_name(data.get("cluster", "default")),
        ecs._resolve_service_ref(data.get("service", "")),
    )
    return ecs._services.get(f"{cluster}/{service[0]}") if service else None


def _has_alternate(service: dict[str, Any], task: dict[str, Any]) -> bool:
    """Whether the task's deployment is the one of two that has the alternate target groups."""
    deployment = ecs._deployment_for_task(service, task)
    return bool(deployment and service_history.record(deployment).get("alternate"))


def target_group(balancer: dict[str, Any], *, alternate: bool) -> str:
    """The target group of a load balancer's block, or its alternate one."""
    advanced = balancer.get("advancedConfiguration") or {}
    return str(advanced.get("alternateTargetGroupArn") if alternate and advanced else balancer["targetGroupArn"])


def settings_of(service: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    """The settings of the deployment that a task belongs to."""
    deployment = ecs._deployment_for_task(service, task)
    return revision(service, deployment) if deployment else service


def revision(service: dict[str, Any], deployment: dict[str, Any]) -> dict[str, Any]:
    """The settings of a deployment: those that the service had when it was first asked for."""
    if "_revision" not in deployment:
        deployment["_revision"] = {key: copy.deepcopy(service[key]) for key in _SETTINGS if key in service}
    found: dict[str, Any] = deployment["_revision"]
    return found


def _register(_: str, service: dict[str, Any]) -> None:
    """Register the running tasks in the target groups of their deployments, and withdraw those that were there before.

    Tasks are looked at under the lock: who looked before another registered would bring an address back that went with its task,
    and a task of another service may have it by then.
    """
    with resource_lock("ecs-service-targets", service.get("serviceArn", "")):
        wanted: dict[str, list[tuple[str, int]]] = {group: [] for group in service.setdefault("_published_targets", {})}
        for group, address, port in _running(service):
            wanted.setdefault(group, []).append((address, port))
        for group, targets in wanted.items():
            with resource_lock("elbv2-targets", group):
                alb.set_targets_for_group(group, targets, service["_published_targets"].get(group, ()))
                service["_published_targets"][group] = [address for address, _port in targets]


def _running(service: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Target group, address and port of each running task."""
    if service.get("status") != "ACTIVE":
        return
    group = f"service:{service.get('serviceName')}"
    for task in list(ecs._tasks.values()):
        mine = task.get("group") == group and task.get("clusterArn") == service.get("clusterArn")
        address = ecs._task_ip(task) if mine and task.get("lastStatus") == "RUNNING" else None
        if address:
            yield from ((target_group, address, port) for target_group, port in balanced(service, task))
