"""Volumes of a task: containers share them, and they go with their task unless they are file systems.

A volume without a host path lives as long as its task, one of EFS as long as the account; an access point or a root directory
is a file system of its own here. By an access point all are one user on AWS; here any user may write in its folder.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
"""

import contextlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

import docker.errors
from ministack.core.concurrency import resource_lock
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.task_containers import pause_image
from dockyard.local.extensions.task_network import LABEL

TASK_LABEL = "dockyard.task"
"""Label of a volume that lives as long as its task; the task's ARN."""


def install(instance: Instance) -> None:
    """Make them when a container needs them, and remove those whose tasks are gone."""
    build_run_kwargs, cleanup = ecs._build_run_kwargs, ecs._cleanup_task_resources

    def with_volumes(definition: dict[str, Any], task: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        run: dict[str, Any] = build_run_kwargs(definition, task, *args, **kwargs)
        arn = run["labels"]["com.amazonaws.ecs.task-arn"]
        binds = list(_binds(instance, definition, task, arn))
        return {**run, "volumes": [*(run.get("volumes") or []), *binds]} if binds else run

    def clean_up(task: dict[str, Any], client: Any, extra_container: Any = None) -> None:
        cleanup(task, client, extra_container)
        if task.get("_has_volumes"):
            _remove_unused(ecs._get_docker(), instance)

    ecs._build_run_kwargs = with_volumes
    ecs._cleanup_task_resources = clean_up


def _binds(instance: Instance, definition: Mapping[str, Any], task: Mapping[str, Any], arn: str) -> Iterator[str]:
    volumes = {volume["name"]: volume for volume in task.get("volumes") or []}
    for mount in definition.get("mountPoints") or []:
        volume = volumes.get(mount.get("sourceVolume"), {})
        if (volume.get("host") or {}).get("sourcePath") or not volume:
            continue  # ministack mounts a path of the host
        name = _make(instance, volume, arn)
        yield f"{name}:{mount['containerPath']}:{'ro' if mount.get('readOnly') else 'rw'}"


def _make(instance: Instance, volume: Mapping[str, Any], arn: str) -> str:
    """Make the volume where it is missing; its name in the engine."""
    shared = _shared_name(volume)
    labels = {LABEL: instance.name, **({} if shared else {TASK_LABEL: arn})}
    name = f"{instance.name}-{shared or arn.rsplit('/', 1)[-1][:8] + '-' + volume['name']}"
    with resource_lock("volume", name):
        _create(ecs._get_docker(), name, labels, for_anyone=_access_point(volume) is not None)
    if not shared and (task := ecs._tasks.get(arn)):
        task["_has_volumes"] = True
    return name


def _create(client: Any, name: str, labels: dict[str, str], *, for_anyone: bool) -> None:
    try:
        client.volumes.get(name)
    except docker.errors.NotFound:
        client.volumes.create(name, labels=labels)
        if for_anyone:
            _let_anyone_write(client, name)


def _let_anyone_write(client: Any, name: str) -> None:
    """By a container that is never started: the engine unpacks into what it would mount."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        folder = tarfile.TarInfo("volume")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o777
        tar.addfile(folder)
    container = client.containers.create(pause_image(client), volumes=[f"{name}:/volume"])
    try:
        container.put_archive("/", archive.getvalue())
    finally:
        container.remove()


def _access_point(volume: Mapping[str, Any]) -> str | None:
    efs = volume.get("efsVolumeConfiguration") or {}
    return (efs.get("authorizationConfig") or {}).get("accessPointId")


def _shared_name(volume: Mapping[str, Any]) -> str | None:
    """Name of a volume that outlives its tasks; None for one of a task."""
    if efs := volume.get("efsVolumeConfiguration"):
        parts = [efs.get("fileSystemId") or efs.get("filesystemId"), _access_point(volume) or efs.get("rootDirectory")]
        return "efs-" + re.sub(r"[^\w.-]+", "-", "-".join(part for part in parts if part)).strip("-")
    if (volume.get("dockerVolumeConfiguration") or {}).get("scope") == "shared":
        return f"shared-{volume['name']}"
    return None


def _remove_unused(client: Any, instance: Instance) -> None:
    """Volumes of tasks that are gone. One that a container still holds, kept for its logs, goes the next time."""
    for volume in client.volumes.list(filters={"label": [f"{LABEL}={instance.name}", TASK_LABEL]}):
        arn = volume.attrs["Labels"][TASK_LABEL]
        with resource_lock("ecs-task", arn):
            task = ecs._tasks.get(arn)
            live = task is not None and ecs._task_is_active(arn, task)
        if not live:
            with contextlib.suppress(docker.errors.APIError):
                volume.remove()
