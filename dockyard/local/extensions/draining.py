"""A task that is stopped finishes what it began.

It is deregistered first; then its running requests get the target group's deregistration delay, or less if they end
before; then its containers get SIGTERM, and SIGKILL after their `stopTimeout`.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import docker.errors
from ministack.core.concurrency import spawn_background
from ministack.services import alb, ecs

from dockyard.local.balancer.decisions import Target
from dockyard.local.extensions import target_health
from dockyard.local.extensions.container_settings import DEFAULT_STOP_TIMEOUT, STOP_TIMEOUT_LABEL
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_revisions import balanced

_DEFAULT_DELAY = 300.0
_TICK = 0.05
_SETTLE = 0.2
"""A request whose target was chosen just before the deregistration is counted by then."""

_stopping: set[tuple[str, object]] = set()
"""Service, and a token of each of its tasks that drain or stop. (Not a count: those of before a reset end after it.)"""


_starting: dict[int, dict[str, Any]] = {}
"""Tasks whose containers are being started: one that is stopped meanwhile has a container yet to come, and to go."""


def install(_: Instance) -> None:
    """Drain, then stop."""
    ecs._remove_docker_container = _stop_and_remove
    original, start = ecs._cleanup_task_resources, ecs._start_task_worker

    def start_task(task: dict[str, Any], *args: Any) -> None:
        _starting[id(task)] = task
        try:
            start(task, *args)
        finally:
            _starting.pop(id(task), None)

    def cleanup(task: dict[str, Any], client: Any, extra_container: Any = None) -> None:
        if not client or not (task.get("_docker_ids") or extra_container):
            original(task, client, extra_container)
            return
        targets, service = list(_targets(task)), service_key(task)
        _stopping.add(one := (service, object()))
        spawn_background(_drained, targets, lambda: original(task, client, extra_container), one, thread_name="dockyard-drain")

    ecs._cleanup_task_resources, ecs._start_task_worker = cleanup, start_task


def reset() -> None:
    """Forget whom we wait for."""
    _stopping.clear()
    _starting.clear()


def stopping(service: str) -> int:
    """How many tasks of the service (`cluster/name`) drain or stop at this moment."""
    return sum(key == service for key, _ in list(_stopping)) + starting(service)


def starting(service: str) -> int:
    """How many of its stopped tasks have a container that is yet to come."""
    stopped = [task for task in list(_starting.values()) if task["lastStatus"] not in ecs._PRE_STOP_STATUSES]
    return sum(service_key(task) == service for task in stopped)


def service_key(task: dict[str, Any]) -> str:
    """`cluster/name` of the service that a task belongs to; the cluster alone where it belongs to none."""
    cluster = ecs._cluster_name_from_arn(task.get("clusterArn", ""))
    return f"{cluster}/{task.get('group', '').removeprefix('service:')}"


def _drained(targets: list[tuple[str, int, float]], stop: Any, one: tuple[str, object]) -> None:
    try:
        begun = time.monotonic()
        time.sleep(_SETTLE if targets else 0)
        for address, port, delay in targets:
            while target_health.in_flight[Target(address, port)] > 0 and time.monotonic() - begun < delay:
                time.sleep(_TICK)
        stop()
    finally:
        _stopping.discard(one)


def _targets(task: dict[str, Any]) -> Iterator[tuple[str, int, float]]:
    """Address, port and deregistration delay of the task in each target group of its service."""
    service = ecs._services.get(service_key(task)) or {}
    address = ecs._task_ip(task)
    for group, port in balanced(service, task):
        attributes = {a["Key"]: a["Value"] for a in alb._tg_attrs.get(group, [])}
        if address:
            yield address, port, float(attributes.get("deregistration_delay.timeout_seconds", _DEFAULT_DELAY))


def _stop_and_remove(client: Any, container: Any) -> None:
    if client is None or container is None:
        return  # a container that has ended by itself stays for a while, for its logs
    with contextlib.suppress(docker.errors.APIError, docker.errors.NotFound):
        if isinstance(container, str):
            container = client.containers.get(container)
        stop(container)
        container.remove(v=True, force=True)


def stop(container: Any) -> None:
    """Have a container ended, by force after its `stopTimeout`."""
    container.stop(timeout=int(container.labels.get(STOP_TIMEOUT_LABEL, DEFAULT_STOP_TIMEOUT)))
