"""A container is started with all that its definition says.

`entryPoint`, `user`, `workingDirectory`, `readonlyRootFilesystem`, `hostname`, `dockerLabels`, `ulimits`, capabilities, `tmpfs`,
shared memory, `init`, memory limits, CPU shares, `stopTimeout`, health check, `systemControls`,
DNS servers, IPC mode and `environmentFiles` hold.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html

A CPU limit of a task is not enforced: on a laptop a quarter of a core would make every start slow. CPU units share what is there.
"""

from collections.abc import Mapping
from typing import Any

from docker.types import Ulimit
from ministack.services import ecs, s3

from dockyard.local.extensions.instance import Instance

STOP_TIMEOUT_LABEL = "dockyard.stop-timeout"
DEFAULT_STOP_TIMEOUT = 30
_SECOND = 1_000_000_000
"""In nanoseconds, as Docker counts the times of health checks."""


def install(_: Instance) -> None:
    """Start containers with all of it."""
    original = ecs._build_run_kwargs

    def build_run_kwargs(definition: dict[str, Any], task: dict[str, Any], env: dict[str, str], *args: Any, **kwargs: Any) -> Any:
        run = original(definition, task, {**_from_files(definition), **env}, *args, **kwargs)
        run["labels"] = {
            **(definition.get("dockerLabels") or {}),
            **run["labels"],
            STOP_TIMEOUT_LABEL: str(definition.get("stopTimeout") or DEFAULT_STOP_TIMEOUT),
        }
        return {**run, **{name: value for name, value in _settings(definition, task).items() if value}}

    ecs._build_run_kwargs = build_run_kwargs


def _settings(definition: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """What docker-py's `containers.run` must be told beyond what ministack tells it."""
    linux = definition.get("linuxParameters") or {}
    memory = definition.get("memory") or task.get("memory")
    return {
        "entrypoint": definition.get("entryPoint"),
        "user": definition.get("user"),
        "working_dir": definition.get("workingDirectory"),
        "hostname": definition.get("hostname"),
        "read_only": definition.get("readonlyRootFilesystem"),
        "init": linux.get("initProcessEnabled"),
        "mem_limit": memory and f"{memory}m",
        "mem_reservation": definition.get("memoryReservation") and f"{definition['memoryReservation']}m",
        "cpu_shares": max(2, int(definition["cpu"])) if definition.get("cpu") else None,
        "shm_size": linux.get("sharedMemorySize") and f"{linux['sharedMemorySize']}m",
        "cap_drop": (linux.get("capabilities") or {}).get("drop"),
        "tmpfs": {t["containerPath"]: _tmpfs(t) for t in linux.get("tmpfs") or []},
        "ulimits": [Ulimit(name=u["name"], soft=u["softLimit"], hard=u["hardLimit"]) for u in definition.get("ulimits") or []],
        "healthcheck": _health_check(definition.get("healthCheck")),
        "sysctls": {control["namespace"]: control["value"] for control in definition.get("systemControls") or []},
        "dns": definition.get("dnsServers"),
        "dns_search": definition.get("dnsSearchDomains"),
        "ipc_mode": task.get("ipcMode"),
    }


def _tmpfs(tmpfs: Mapping[str, Any]) -> str:
    return ",".join([f"size={tmpfs['size']}m", *tmpfs.get("mountOptions", [])])


def _health_check(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """With ECS's defaults."""
    if not check:
        return None
    return {
        "test": check["command"],
        "interval": int(check.get("interval") or 30) * _SECOND,
        "timeout": int(check.get("timeout") or 5) * _SECOND,
        "retries": int(check.get("retries") or 3),
        "start_period": int(check.get("startPeriod") or 0) * _SECOND,
    }


def _from_files(definition: Mapping[str, Any]) -> dict[str, str]:
    """Variables from files in S3; the container's own go before them.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
    """
    found: dict[str, str] = {}
    for file in definition.get("environmentFiles") or []:
        bucket, _, key = file["value"].partition(":::")[2].partition("/")
        content = s3._get_object_data(bucket, key)
        if content is None:
            raise ecs._SecretResolutionError(f"failed to download env files: {file['value']}: NoSuchKey")
        lines = (line for line in content.decode().splitlines() if "=" in line and not line.lstrip().startswith("#"))
        for name, _, value in (line.partition("=") for line in lines):
            found.setdefault(name.strip(), value)
    return found
