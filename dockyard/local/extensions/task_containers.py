"""The containers of one task belong together.

- In the mode `awsvpc` they share one network, and so one address and `localhost`. A container that does nothing holds it, as on
  AWS, so that it outlives each of the others.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
- When an essential one ends, the others are stopped.
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
- `dependsOn` says which start first, and what is waited for: START, COMPLETE, SUCCESS or HEALTHY, for `startTimeout`.
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
- A container with a restart policy is started again, unless it ran for less than `restartAttemptPeriod` or ended with an exit
  code to ignore.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
"""

import contextlib
import io
import tarfile
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import docker.errors
from ministack.core.concurrency import spawn_background
from ministack.services import ecs

from dockyard.local.extensions import task_watch
from dockyard.local.extensions.instance import Instance

_ARN, _NAME = "com.amazonaws.ecs.task-arn", "com.amazonaws.ecs.container-name"
_START_TIMEOUT = 180.0
"""Seconds; Fargate's."""
_RESTART_PERIOD = 300.0
_TICK = 0.05
_PAUSE_IMAGE = "dockyard/pause:1"
_PAUSE_NAME = "~internal~ecs~pause"
_OF_THE_NETWORK = ("network", "networking_config", "ports", "extra_hosts", "hostname")
"""Settings that only the holder of the network may have."""


def install(instance: Instance) -> None:
    """Start them in order and on one network, and see how they end."""
    start_worker, run, cleanup = ecs._start_task_worker, ecs._run_docker_container, ecs._cleanup_task_resources
    address, mark_stopped = ecs._container_ip, ecs._maybe_mark_stopped

    def start_in_order(task: dict[str, Any], definition: dict[str, Any], *args: Any) -> None:
        order = _order(definition["containerDefinitions"])
        definition = {**definition, "containerDefinitions": [definition["containerDefinitions"][i] for i in order]}
        for key in ("containers", "_container_essentials"):
            task[key] = [task[key][i] for i in order]
        task["_definition"] = definition
        start_worker(task, definition, *args)

    def run_container(client: Any, definition: dict[str, Any], settings: dict[str, Any], **kwargs: Any) -> Any:
        task = ecs._tasks.get(settings["labels"][_ARN]) or {}
        _await_dependencies(client, definition, task)
        if _shares_network(task):
            holder = task.get("_pause") or _hold_network(client, task, settings)
            settings = {key: value for key, value in settings.items() if key not in _OF_THE_NETWORK}
            settings["network_mode"] = f"container:{holder}"
        return run(client, definition, settings, **kwargs)

    def clean_up(task: dict[str, Any], client: Any, extra_container: Any = None) -> None:
        left = list(task.get("_docker_ids") or []) if client is None else []  # an essential one has ended: the others still run
        cleanup(task, client, extra_container)
        holder = task.pop("_pause", None)
        if holder or len(left) > 1:
            spawn_background(_end, left, holder, thread_name="dockyard-task-end")

    def container_ip(container: Any, network: Any) -> Any:
        mode = container.attrs["HostConfig"]["NetworkMode"]
        holder = mode.removeprefix("container:")
        return address(ecs._get_docker().containers.get(holder) if holder != mode else container, network)

    def restart_or_mark_stopped(task: dict[str, Any], client: Any = None) -> None:
        _restart(task, client or ecs._get_docker())
        mark_stopped(task, client)

    ecs._start_task_worker, ecs._run_docker_container = start_in_order, run_container
    ecs._cleanup_task_resources, ecs._container_ip = clean_up, container_ip
    ecs._maybe_mark_stopped = restart_or_mark_stopped
    task_watch.follow(instance)


def _order(definitions: list[dict[str, Any]]) -> list[int]:
    """Positions of the containers, each after those that it depends on."""
    names = [definition["name"] for definition in definitions]
    left, order = list(range(len(definitions))), list[int]()
    while left:
        started = {names[i] for i in order}
        ready = [i for i in left if all(d["containerName"] in started for d in definitions[i].get("dependsOn") or [])]
        if not ready:
            raise ValueError(f"containers depend on each other: {', '.join(names[i] for i in left)}")
        order.append(ready[0])
        left.remove(ready[0])
    return order


def _await_dependencies(client: Any, definition: Mapping[str, Any], task: Mapping[str, Any]) -> None:
    """Raise RuntimeError where a condition cannot be met any more, or not in time."""
    for dependency in definition.get("dependsOn") or []:
        name, condition = dependency["containerName"], dependency["condition"]
        end = time.monotonic() + float(definition.get("startTimeout") or _START_TIMEOUT)
        while not _is_met(condition, name, _state(client, name, task)):
            if time.monotonic() > end:
                raise RuntimeError(f"container {definition['name']} waited in vain for {name} to be {condition}")
            if not ecs._task_is_active(task["taskArn"], task):
                raise RuntimeError("the task was stopped")
            time.sleep(_TICK)


def _state(client: Any, name: str, task: Mapping[str, Any]) -> dict[str, Any]:
    names = [container["name"] for container in task["containers"]]
    state: dict[str, Any] = client.containers.get(task["_docker_ids"][names.index(name)]).attrs["State"]
    return state


def _is_met(condition: str, name: str, state: Mapping[str, Any]) -> bool:
    ended, health = state["Status"] == "exited", (state.get("Health") or {}).get("Status")
    if (condition == "SUCCESS" and ended and state["ExitCode"] != 0) or (
        condition == "HEALTHY" and (ended or health == "unhealthy")
    ):
        raise RuntimeError(f"container {name} is not to be {condition}: {state['Status']} {health or state['ExitCode']}")
    return {"START": True, "COMPLETE": ended, "SUCCESS": ended, "HEALTHY": health == "healthy"}[condition]


def _end(left: list[str], holder: str | None) -> None:
    """Stop those that still run, then remove the holder of their network."""
    client = ecs._get_docker()
    for docker_id in left:
        with contextlib.suppress(docker.errors.APIError):
            container = client.containers.get(docker_id)
            if container.status == "running":
                ecs._remove_docker_container(client, container)
    if holder:
        with contextlib.suppress(docker.errors.APIError):
            client.containers.get(holder).remove(force=True)


# one network


def _shares_network(task: Mapping[str, Any]) -> bool:
    return task.get("_network_mode") == "awsvpc" and len(task.get("containers", [])) > 1


def _hold_network(client: Any, task: dict[str, Any], settings: Mapping[str, Any]) -> str:
    """Start the container that holds the task's network; its id."""
    image = pause_image(client)
    own = {key: settings[key] for key in (*_OF_THE_NETWORK, "labels") if settings.get(key)}
    own["labels"] = {**own["labels"], _NAME: _PAUSE_NAME}
    own["ports"] = {f"{mapping['containerPort']}/tcp": None for mapping in _mappings(task)} if own.get("ports") else None
    name = f"ministack-ecs-{task['taskArn'].rsplit('/', 1)[-1][:8]}-pause"
    task["_pause"] = str(client.containers.run(image, detach=True, name=name, **own).id)
    return str(task["_pause"])


def _mappings(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [mapping for d in task["_definition"]["containerDefinitions"] for mapping in d.get("portMappings") or []]


def pause_image(client: Any) -> str:
    """An image with one program of two machine instructions; made where it is missing."""
    try:
        client.images.get(_PAUSE_IMAGE)
    except docker.errors.ImageNotFound:
        repository, _, tag = _PAUSE_IMAGE.partition(":")
        content = _archive(_pause_program(client.version()["Arch"]))
        client.api.import_image_from_data(content, repository=repository, tag=tag, changes=['ENTRYPOINT ["/pause"]'])
    return _PAUSE_IMAGE


def _pause_program(architecture: str) -> bytes:
    """An ELF executable that waits for a signal, again and again: the system call `pause`, or `ppoll` where there is none."""
    machine, code = {
        "amd64": (62, "b822000000 0f05 ebf7"),  # mov eax, 34; syscall; jmp to the first
        "arm64": (
            183,
            "000080d2 010080d2 020080d2 030080d2 280980d2 010000d4 faffff17",
        ),  # x0..x3 = 0; x8 = 73; svc; b to the first
    }[architecture]
    program = bytes.fromhex(code)
    base, offset = 0x400000, 64 + 56
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + b"".join(
        value.to_bytes(size, "little")
        for value, size in (
            (2, 2),
            (machine, 2),
            (1, 4),
            (base + offset, 8),
            (64, 8),
            (0, 8),
            (0, 4),
            (64, 2),
            (56, 2),
            (1, 2),
            (0, 6),
        )
    )
    size = offset + len(program)
    segment = b"".join(
        value.to_bytes(length, "little")
        for value, length in ((1, 4), (5, 4), (0, 8), (base, 8), (base, 8), (size, 8), (size, 8), (0x1000, 8))
    )
    return header + segment + program


def _archive(program: bytes) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        entry = tarfile.TarInfo("pause")
        entry.size, entry.mode = len(program), 0o755
        tar.addfile(entry, io.BytesIO(program))
    return written.getvalue()


# restarts


def _restart(task: Mapping[str, Any], client: Any) -> None:
    definitions = (task.get("_definition") or {}).get("containerDefinitions", [])
    for definition, docker_id in zip(definitions, list(task.get("_docker_ids") or []), strict=False):
        policy = definition.get("restartPolicy") or {}
        if policy.get("enabled"):
            with contextlib.suppress(docker.errors.APIError):
                container = client.containers.get(docker_id)
                if _is_restarted(policy, container.attrs["State"]):
                    since = time.time()
                    container.start()
                    ecs._start_awslogs_forwarder(_LogsSince(container, since), definition, task["taskArn"].rsplit("/", 1)[-1])


class _LogsSince:
    """A container that was started again: what it printed before has been forwarded."""

    def __init__(self, container: Any, since: float) -> None:
        self.id, self._container, self._since = container.id, container, since

    def logs(self, **settings: Any) -> Any:
        """As of a container."""
        return self._container.logs(since=self._since, **settings)


def _is_restarted(policy: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    if state["Status"] != "exited" or state["ExitCode"] in (policy.get("ignoredExitCodes") or []):
        return False
    began, ended = (datetime.fromisoformat(state[key][:19]) for key in ("StartedAt", "FinishedAt"))
    return (ended - began).total_seconds() >= float(policy.get("restartAttemptPeriod") or _RESTART_PERIOD)
