"""What ECS refuses in a task definition, in its words where they are known, and what of it the local AWS does not do.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dockyard.local.log_routing import DRIVER, ROUTER, router_of

Definition = Mapping[str, Any]
"""As `RegisterTaskDefinition` takes it."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_UNITS = re.compile(r"([\d.]+)\s*(vcpu|gb)?", re.IGNORECASE)
_FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""MiB by CPU units."""
_MOST_STOP_SECONDS = 120
_CHECK_KINDS = ("CMD", "CMD-SHELL", "NONE")
_CONDITIONS = ("START", "COMPLETE", "SUCCESS", "HEALTHY")
_OF_BRIDGE = {"links": "Links are", "dnsServers": "DNS servers are", "extraHosts": "Extra hosts are"}
_LOG_DRIVERS = ("awslogs", "json-file", DRIVER)


def faults(definition: Definition) -> Iterator[str]:
    """All that is wrong."""
    if not _NAME.fullmatch(definition.get("family") or ""):
        yield "Family contains invalid characters."
    containers = definition.get("containerDefinitions") or []
    names = [one.get("name") for one in containers]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"Container name '{name}' is used by more than one container."
    if containers and not any(one.get("essential", True) for one in containers):
        yield "TaskDefinition must contain at least one essential container."
    for one in containers:
        for rule in _OF_A_CONTAINER:
            yield from rule(definition, one)
    yield from _circles(
        {one["name"]: [needed.get("containerName", "") for needed in one.get("dependsOn") or []] for one in containers}
    )
    if "FARGATE" in (definition.get("requiresCompatibilities") or []):
        yield from fargate_faults(definition)


def units(value: object) -> int | None:
    """CPU units or MiB of `256`, `"0.25 vCPU"` or `"1GB"`; None where it is none of these."""
    found = _UNITS.fullmatch(str(value or "").strip())
    return int(float(found[1]) * (1024 if found[2] else 1)) if found else None


# of a container


def _name(_: Definition, container: Definition) -> Iterator[str]:
    if not _NAME.fullmatch(container["name"]):
        yield "Container.name contains invalid characters."


def _memory(definition: Definition, container: Definition) -> Iterator[str]:
    own, whole = units(container.get("memory")), units(definition.get("memory"))
    if not (own or container.get("memoryReservation") or whole):
        both = "At least one of 'memory' or 'memoryReservation' must be specified."
        yield f"Invalid setting for container '{container['name']}'. {both}"
    if own and whole and own > whole:
        yield f"Invalid setting for container '{container['name']}'. 'memory' of {own} MiB is more than the task's {whole} MiB."


def _network(definition: Definition, container: Definition) -> Iterator[str]:
    mode = definition.get("networkMode") or "bridge"
    for mapping in container.get("portMappings") or []:
        host = mapping.get("hostPort")
        if mode in ("awsvpc", "host") and host and int(host) != int(mapping["containerPort"]):
            yield f"When networkMode={mode}, the host ports and container ports in port mappings must match."
    for key, what in _OF_BRIDGE.items():
        if mode == "awsvpc" and container.get(key):
            yield f"{what} not supported on container when networkMode=awsvpc."


def _dependencies(definition: Definition, container: Definition) -> Iterator[str]:
    others = {one["name"]: one for one in definition["containerDefinitions"]}
    for needed in container.get("dependsOn") or []:
        name, condition = needed.get("containerName"), needed.get("condition")
        about = f"Invalid dependsOn of container '{container['name']}':"
        if name not in others:
            yield f"{about} there is no container '{name}'."
        elif condition not in _CONDITIONS:
            yield f"{about} condition '{condition}' is none of {', '.join(_CONDITIONS)}."
        elif condition == "HEALTHY" and not others[name].get("healthCheck"):
            yield f"{about} container '{name}' has no health check to be HEALTHY by."
        elif condition in ("COMPLETE", "SUCCESS") and others[name].get("essential", True):
            yield f"{about} container '{name}' is essential and so cannot be waited for with {condition}."


def _volumes(definition: Definition, container: Definition) -> Iterator[str]:
    known = {volume.get("name") for volume in definition.get("volumes") or []}
    for mount in container.get("mountPoints") or []:
        if mount.get("sourceVolume") not in known:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."


def _health_check(_: Definition, container: Definition) -> Iterator[str]:
    check = container.get("healthCheck")
    if check and (check.get("command") or [""])[0] not in _CHECK_KINDS:
        yield f"Health check command of container '{container['name']}' must begin with one of {', '.join(_CHECK_KINDS)}."


def _log_router(definition: Definition, container: Definition) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html."""
    name, router = container["name"], container.get(ROUTER)
    if (container.get("logConfiguration") or {}).get("logDriver") == DRIVER:
        if router:
            yield f"Container '{name}' is the log router, and cannot have log driver {DRIVER} itself."
        elif router_of(definition["containerDefinitions"]) is None:
            needed = "a firelens configuration object must be configured in one of the containers"
            yield f"When {DRIVER} log driver is specified in log configuration, {needed}"
    if router and router.get("type") not in ("fluentd", "fluentbit"):
        yield f"The {ROUTER} of container '{name}' should have type fluentd or fluentbit."


_OF_A_CONTAINER: tuple[Callable[[Definition, Definition], Iterator[str]], ...] = (
    _name, _memory, _network, _dependencies, _volumes, _health_check, _log_router,
)  # fmt: skip


def _circles(needed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    left = {name: {other for other in others if other in needed} for name, others in needed.items()}
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    if left:
        yield f"Containers depend on each other: {', '.join(left)}."


# of Fargate


def fargate_faults(definition: Definition) -> Iterator[str]:
    """Why it cannot run on Fargate."""
    if definition.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    cpu, memory = units(definition.get("cpu")), units(definition.get("memory"))
    for name, value in (("cpu", cpu), ("memory", memory)):
        if not value:
            yield f"Fargate requires that '{name}' be defined at the task level."
    if cpu and memory and memory not in _FARGATE_MEMORY.get(cpu, ()):
        yield (
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    if any((volume.get("host") or {}).get("sourcePath") for volume in definition.get("volumes") or []):
        yield "host.sourcePath should not be set for volumes in Fargate."
    if definition.get("pidMode") == "host":
        yield "Fargate does not support pidMode 'host'."
    for one in definition.get("containerDefinitions") or []:
        yield from _fargate_container(one, has_role=bool(definition.get("executionRoleArn")))


def _fargate_container(container: Definition, *, has_role: bool) -> Iterator[str]:
    for name, value in (
        ("privileged", container.get("privileged")),
        ("devices", (container.get("linuxParameters") or {}).get("devices")),
    ):
        if value:
            yield f"Fargate compatible task definitions do not support {name}."
    if int(container.get("stopTimeout") or 0) > _MOST_STOP_SECONDS:
        yield f"Fargate supports a stopTimeout of at most {_MOST_STOP_SECONDS} seconds."
    if ((container.get(ROUTER) or {}).get("options") or {}).get("config-file-type") == "s3":
        yield "Fargate supports a config-file-type of file only."
    if not has_role and (container.get("logConfiguration") or {}).get("logDriver") == "awslogs":
        yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
    if not has_role and container.get("secrets"):
        yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."


# of the local AWS


def not_done(definition: Definition) -> Iterator[str]:
    """Settings that ECS knows and the local AWS does not do."""
    if definition.get("pidMode") == "task":
        yield "pidMode task"
    if definition.get("ipcMode") == "task":
        yield "ipcMode task"
    if definition.get("proxyConfiguration"):
        yield "proxyConfiguration"
    for one in definition.get("containerDefinitions") or []:
        driver = (one.get("logConfiguration") or {}).get("logDriver") or "awslogs"
        if driver not in _LOG_DRIVERS:
            yield f"log driver {driver}"
        if one.get("repositoryCredentials"):
            yield "repositoryCredentials"
