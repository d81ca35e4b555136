"""Which container instance a task is placed on: one that has room for it, and that its placement strategies put first.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
"""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ministack.services import ecs

from dockyard.local.extensions.container_instances import Server, Task, remaining, servers, tasks_on

_SPREAD = [{"type": "spread", "field": "attribute:ecs.availability-zone"}]
"""AWS's default for services."""


def need_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a task takes of its server."""
    containers, shared = definition["containerDefinitions"], definition.get("networkMode") == "awsvpc"
    ports = [mapping.get("hostPort") for one in containers for mapping in one.get("portMappings") or []]
    memory = sum(int(one.get("memoryReservation") or one.get("memory") or 0) for one in containers)
    return {
        "cpu": int(definition.get("cpu") or sum(int(one.get("cpu") or 0) for one in containers)),
        "memory": int(definition.get("memory") or memory),
        "ports": [int(port) for port in ports if port and not shared],
        "interfaces": int(shared),
        "gpus": sum(_gpus(one) for one in containers),
    }


def _gpus(container: Mapping[str, Any]) -> int:
    """Whole ones; `ALL` and shares of one are taken for one."""
    named = [one["value"] for one in container.get("resourceRequirements") or [] if one.get("type") == "GPU"]
    return sum(int(value) if value.isdigit() else 1 for value in named)


def lack(left: Mapping[str, Any], need: Mapping[str, Any]) -> str | None:
    """The first resource that there is not enough of, as AWS calls it."""
    for name, key in (("CPU", "cpu"), ("MEMORY", "memory"), ("ENI", "interfaces"), ("GPU", "gpus")):
        if left[key] < need[key]:
            return name
    return "PORTS" if set(left["ports"]) & set(need["ports"]) else None


def room(lefts: list[dict[str, Any]], needs: list[dict[str, Any]]) -> int:
    """How many of these tasks there is room for, where each takes the first that has it."""
    placed = 0
    for need in needs:
        left = next((one for one in lefts if not lack(one, need)), None)
        if left:
            left.update({key: left[key] - need[key] for key in ("cpu", "memory", "interfaces", "gpus")})
            left["ports"] = [*left["ports"], *need["ports"]]
            placed += 1
    return placed


def place(task: Task) -> bool:
    """Give the task a server; whether there is one."""
    cluster = ecs._cluster_name_from_arn(task["clusterArn"])
    active = [one for one in servers(cluster, task["capacityProviderName"]) if one.status == "ACTIVE"]
    beside = {one.arn: sum(other["group"] == task["group"] for other in tasks_on(one)) for one in active}
    zones = Counter({one.zone: 0 for one in active})
    for one in active:
        zones[one.zone] += beside[one.arn]

    def rank(server: Server) -> list[float]:
        strategies = task["_strategy"] or _SPREAD
        return [*(_rank(rule, server, zones[server.zone], beside[server.arn]) for rule in strategies), beside[server.arn]]

    able = [one for one in active if not lack(remaining(one), task["_need"])]
    task["containerInstanceArn"] = min(able, key=rank).arn if able else None
    return bool(able)


def _rank(rule: Mapping[str, str], server: Server, in_zone: int, on_server: int) -> float:
    if rule["type"] == "binpack":
        return float(remaining(server)[rule.get("field", "memory").lower()])
    if rule["type"] == "spread":
        return in_zone if rule.get("field", "").endswith("availability-zone") else on_server
    return random.random()  # noqa: S311  # no secret


def closest(found: list[Server], need: Mapping[str, Any]) -> tuple[Server | None, str]:
    """The server that has most left, and what it lacks."""
    server = max(found, key=lambda one: remaining(one)["memory"], default=None)
    return server, (lack(remaining(server), need) if server else None) or "MEMORY"
