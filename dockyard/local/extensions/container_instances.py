"""Container instances: the servers of the Auto Scaling groups behind a cluster's capacity providers, as ECS tells them.

No server is started: containers run on this machine. Each has the CPU, memory, ports and interfaces of its type, and the tasks
that are placed on it take their share. One that its group gives up is drained, or ends with its tasks where that is off.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
"""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response, new_uuid
from ministack.services import autoscaling, ecs

from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance_types import Size, size_of
from dockyard.local.extensions.service_discovery import failure, is_well, members

REGISTER_SECONDS = 1.0
"""From the launch of a server until it is registered; minutes on AWS."""
_PORTS = (22, 2375, 2376, 51678, 51679)
"""Of SSH, Docker and the agent."""

Task = dict[str, Any]
Group = dict[str, Any]


@dataclass
class Server:
    """A container instance."""

    arn: str
    cluster: str
    provider: str
    id: str
    """In EC2."""
    type: str
    zone: str
    registered: float
    status: str = "ACTIVE"

    @property
    def size(self) -> Size:
        """What it has when it is empty."""
        return size_of(self.type)


placing = threading.RLock()
"""Held by who places tasks, not over anything that waits."""
_servers: dict[str, Server] = {}
_launched: dict[str, float] = {}
"""When a server was first seen in its group, by its id."""


def forget() -> None:
    """All of them."""
    _servers.clear()
    _launched.clear()


def servers(cluster: str, provider: str | None = None) -> list[Server]:
    """Of a cluster of this account and region; those of one capacity provider, if it is given."""
    here = f"arn:aws:ecs:{get_region()}:{get_account_id()}:container-instance/{cluster}/"
    return [one for one in list(_servers.values()) if one.arn.startswith(here) and provider in (None, one.provider)]


def group_of(provider: str) -> Group | None:
    """The Auto Scaling group of a capacity provider; None where there is none."""
    settings = (ecs._capacity_providers.get(provider) or {}).get("autoScalingGroupProvider") or {}
    return autoscaling._asgs.get(settings.get("autoScalingGroupArn", "").rsplit("/", 1)[-1])


def tasks_on(server: Server) -> list[Task]:
    """Those that are not stopped."""
    every = list(ecs._tasks._data.values())
    return [task for task in every if task.get("containerInstanceArn") == server.arn and task["lastStatus"] != "STOPPED"]


def remaining(server: Server, tasks: list[Task] | None = None) -> dict[str, Any]:
    """What is left for further tasks beside these, or those that it has: cpu, memory, interfaces, GPUs; and ports in use."""
    needs = [task["_need"] for task in (tasks_on(server) if tasks is None else tasks)]
    size = server.size
    return {
        **{key: getattr(size, key) - sum(need[key] for need in needs) for key in ("cpu", "memory", "interfaces", "gpus")},
        "ports": [*_PORTS, *(port for need in needs for port in need["ports"])],
    }


# their lives


def tend(cluster: str, provider: str, type_name: str) -> None:
    """Make the servers what the provider's group has: register new ones of this type, drain or end those that it gave up."""
    group = group_of(provider)
    listed = []
    if group and provider in ecs._clusters[cluster].get("capacityProviders", []):
        autoscaling._reconcile_instances(group)
        listed = group["Instances"]
    known = {server.id: server for server in servers(cluster, provider)}
    for launched in listed:
        since = _launched.setdefault(launched["InstanceId"], time.monotonic())
        if launched["InstanceId"] not in known and time.monotonic() - since >= REGISTER_SECONDS:
            _register(cluster, provider, launched, type_name)
    for gone in known.keys() - {launched["InstanceId"] for launched in listed}:
        _retire(known[gone], managed=group is not None and _is_drained(provider))
    for server in servers(cluster, provider):
        if server.status == "DRAINING":
            _drain(server)
    ecs._clusters[cluster]["registeredContainerInstancesCount"] = len(servers(cluster))


def _register(cluster: str, provider: str, launched: dict[str, Any], type_name: str) -> None:
    arn = f"arn:aws:ecs:{get_region()}:{get_account_id()}:container-instance/{cluster}/{new_uuid().replace('-', '')}"
    _servers[arn] = Server(
        arn, cluster, provider, launched["InstanceId"], type_name, launched["AvailabilityZone"], registered=time.time()
    )


def _is_drained(provider: str) -> bool:
    settings = ecs._capacity_providers[provider]["autoScalingGroupProvider"]
    return settings.get("managedDraining", "ENABLED") == "ENABLED"


def _retire(server: Server, *, managed: bool) -> None:
    tasks = tasks_on(server)
    if tasks and managed:
        server.status = "DRAINING"
        return
    for task in tasks:
        if ecs._mark_task_stopped(task["taskArn"], task, f"Host EC2 (instance {server.id}) terminated.", "TerminationNotice"):
            ecs._cleanup_task_resources(task, ecs._get_docker())
    _servers.pop(server.arn, None)
    for key in {service_key(task) for task in tasks} & set(ecs._services):
        ecs._reconcile_service_tasks(server.cluster, key)


def _drain(server: Server) -> None:
    """Start the tasks of services anew elsewhere, and stop them once the new ones are well. Others may end by themselves."""
    for key in {service_key(task) for task in tasks_on(server)}:
        if service := ecs._services.get(key):
            there = {one["taskArn"] for one in leaving(service)}
            good = [task for task in members(service) if task["taskArn"] not in there and _is_good(task)]
            if len(good) < service["desiredCount"]:
                ecs._reconcile_service_tasks(server.cluster, key)
            else:
                for arn in there:
                    ecs._stop_task({"task": arn, "cluster": server.cluster, "reason": f"Task drained from instance {server.id}"})


def _is_good(task: Task) -> bool:
    return bool(task.get("_startup_stable")) and is_well(task)


def leaving(service: dict[str, Any]) -> list[Task]:
    """Tasks of the service's own deployment on servers that drain: others are started in their place."""
    drained = {server.arn for server in _servers.values() if server.status == "DRAINING"}
    primary = ecs._primary_deployment(service)
    return [
        task
        for task in list(ecs._tasks._data.values())
        if drained
        and task.get("containerInstanceArn") in drained
        and task["lastStatus"] != "STOPPED"
        and f"{task['clusterArn']}/{task['group']}" == f"{service['clusterArn']}/service:{service['serviceName']}"
        and ecs._deployment_for_task(service, task) is primary
    ]


# their API


def list_container_instances(data: dict[str, Any]) -> Any:
    """`ListContainerInstances`, without the query language of `filter`."""
    if data.get("filter"):
        return failure("InvalidParameterException", "The local AWS does not evaluate the filter of ListContainerInstances.")
    found = _of(data)
    return (
        _missing() if found is None else json_response({"containerInstanceArns": [s.arn for s in found if _has_status(s, data)]})
    )


def _has_status(server: Server, data: dict[str, Any]) -> bool:
    return bool(server.status == data.get("status", server.status))


def describe_container_instances(data: dict[str, Any]) -> Any:
    """`DescribeContainerInstances`."""
    if _of(data) is None:
        return _missing()
    found = {reference: _named(reference, data) for reference in data.get("containerInstances", [])}
    return json_response(
        {
            "containerInstances": [_told(server) for server in found.values() if server],
            "failures": [{"arn": reference, "reason": "MISSING"} for reference, server in found.items() if not server],
        }
    )


def update_container_instances_state(data: dict[str, Any]) -> Any:
    """`UpdateContainerInstancesState`: ACTIVE or DRAINING."""
    if data.get("status") not in ("ACTIVE", "DRAINING"):
        return failure("InvalidParameterException", "Container instance status should be one of [ACTIVE, DRAINING].")
    for server in filter(None, (_named(reference, data) for reference in data.get("containerInstances", []))):
        server.status = data["status"]
    return describe_container_instances(data)


def _missing() -> Any:
    return failure("ClusterNotFoundException", "Cluster not found.")


def _of(data: dict[str, Any]) -> list[Server] | None:
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    return servers(cluster) if cluster in ecs._clusters else None


def _named(reference: str, data: dict[str, Any]) -> Server | None:
    return next((one for one in _of(data) or [] if one.arn.rsplit("/", 1)[-1] == reference.rsplit("/", 1)[-1]), None)


def _told(server: Server) -> dict[str, Any]:
    tasks = tasks_on(server)
    attributes = {"ecs.availability-zone": server.zone, "ecs.instance-type": server.type, "ecs.os-type": "linux"}
    return {
        "containerInstanceArn": server.arn,
        "ec2InstanceId": server.id,
        "capacityProviderName": server.provider,
        "status": server.status,
        "agentConnected": True,
        "registeredAt": server.registered,
        "registeredResources": list(_resources(remaining(server, []))),
        "remainingResources": list(_resources(remaining(server, tasks))),
        "runningTasksCount": sum(task["lastStatus"] == "RUNNING" for task in tasks),
        "pendingTasksCount": sum(task["lastStatus"] != "RUNNING" for task in tasks),
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
    }


def _resources(left: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("cpu", "memory"):
        yield {"name": name.upper(), "type": "INTEGER", "integerValue": left[name]}
    yield {"name": "PORTS", "type": "STRINGSET", "stringSetValue": [str(port) for port in left["ports"]]}


def list_tasks(data: dict[str, Any], everywhere: Any = ecs._list_tasks) -> Any:
    """`ListTasks`, of one container instance if it is named; `everywhere` lists the tasks of all."""
    answer = everywhere(data)
    if not data.get("containerInstance") or answer[0] >= 400:
        return answer
    server, told = _named(data["containerInstance"], data), json.loads(answer[2])
    on_it = {task["taskArn"] for task in (tasks_on(server) if server else [])}
    return json_response({**told, "taskArns": [arn for arn in told["taskArns"] if arn in on_it]})


API = {
    "ListTasks": list_tasks,
    "ListContainerInstances": list_container_instances,
    "DescribeContainerInstances": describe_container_instances,
    "UpdateContainerInstancesState": update_container_instances_state,
}
