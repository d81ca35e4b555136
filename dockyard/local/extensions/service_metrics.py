"""CloudWatch has the CPU and memory of services, measured in their containers.

Both are percentages of what the tasks reserve (`cpu` and `memory`); a service that reserves no CPU has no CPUUtilization. Each
task gives a sample. A cluster with Container Insights has the numbers of tasks as well.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docker.errors
from ministack.core.responses import request_scope
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.metrics import every, publish, scopes

_SECONDS = 2.0
_COUNT_SECONDS = 1.0
_MIB = 1024 * 1024


@dataclass(frozen=True)
class _Reading:
    """What the engine says of a container."""

    moment: float
    cpu: float
    """Seconds of a processor since it started."""
    memory: float
    """Bytes without what the kernel could drop at once."""


_last: dict[str, _Reading] = {}


def install(_: Instance) -> None:
    """Measure and publish."""
    every(_SECONDS, _measure, "service-metrics")
    every(_COUNT_SECONDS, _count, "task-counts")


def reset() -> None:
    """Forget earlier readings."""
    _last.clear()


def _measure() -> None:
    seen: set[str] = set()
    for account, region in scopes(ecs._services):
        with request_scope(account, region):
            for service in ecs._services.values():
                dimensions = {
                    "ClusterName": service["clusterArn"].rsplit("/", 1)[-1], "ServiceName": service["serviceName"],
                }  # fmt: skip
                for name, values in _utilization(service, seen).items():
                    publish("AWS/ECS", name, dimensions, values, "Percent")
    for gone in _last.keys() - seen:
        del _last[gone]


def _utilization(service: Mapping[str, Any], seen: set[str]) -> dict[str, Counter[float]]:
    """Samples by metric; ids of containers are added to `seen`."""
    found: dict[str, Counter[float]] = {}
    for task in _tasks(service):
        definition = ecs._task_defs.get(ecs._resolve_td_key(task["taskDefinitionArn"]) or "") or {}
        ids = list(task.get("_docker_ids") or [])
        seen.update(ids)
        used = [one for id in ids if (one := _used(id))]
        for name, total, reserved in (
            ("CPUUtilization", sum(cpu for cpu, _ in used) * 1024, _reserved(definition, "cpu")),
            ("MemoryUtilization", sum(memory for _, memory in used) / _MIB, _reserved(definition, "memory")),
        ):
            if used and reserved:
                found.setdefault(name, Counter())[round(100 * total / reserved, 2)] += 1
    return found


def _tasks(service: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    group = f"service:{service['serviceName']}"
    for task in ecs._tasks.values():
        if task.get("group") == group and task.get("clusterArn") == service["clusterArn"] and task.get("lastStatus") == "RUNNING":
            yield task


def _reserved(definition: Mapping[str, Any], what: str) -> float:
    """CPU units or MiB that a task has: its own, or those of its containers."""
    if definition.get(what):
        return float(definition[what])
    containers = definition.get("containerDefinitions") or []
    reservation = "memoryReservation" if what == "memory" else what
    return float(sum(int(container.get(reservation) or container.get(what) or 0) for container in containers))


def _used(id: str) -> tuple[float, float] | None:
    """Processors in use since the last reading, and bytes; None at the first one, and where the container is gone."""
    last, now = _last.get(id), _read(id)
    if now is None:
        return None
    _last[id] = now
    if last is None or now.moment <= last.moment:
        return None
    return (now.cpu - last.cpu) / (now.moment - last.moment), now.memory


def _read(id: str) -> _Reading | None:
    with contextlib.suppress(docker.errors.APIError, KeyError, ValueError):
        told = ecs._get_docker().api.stats(id, stream=False, one_shot=True)
        memory = told["memory_stats"]
        droppable = memory.get("stats", {}).get("total_inactive_file") or memory.get("stats", {}).get("inactive_file") or 0
        return _Reading(_seconds(told["read"]), told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, memory["usage"] - droppable)
    return None


def _seconds(moment: str) -> float:
    """A moment as the engine writes it, with nanoseconds; within its day, and a clock of its own."""
    hours, minutes, seconds = moment.partition("T")[2].removesuffix("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _count() -> None:
    for account, region in scopes(ecs._services):
        with request_scope(account, region):
            insightful = {name for name, cluster in ecs._clusters.items() if _has_insights(cluster)}
            for service in ecs._services.values():
                cluster = service["clusterArn"].rsplit("/", 1)[-1]
                if cluster in insightful and service.get("status") == "ACTIVE":
                    for name, key in (("Running", "runningCount"), ("Desired", "desiredCount"), ("Pending", "pendingCount")):
                        dimensions = {"ClusterName": cluster, "ServiceName": service["serviceName"]}
                        publish("ECS/ContainerInsights", f"{name}TaskCount", dimensions, service.get(key) or 0)


def _has_insights(cluster: Mapping[str, Any]) -> bool:
    return any(s["name"] == "containerInsights" and s["value"] in ("enabled", "enhanced") for s in cluster.get("settings") or [])
