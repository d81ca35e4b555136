"""How a container of a task is started, kept and ended: the service's own, or one beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs

from constructs import Construct

STOP_TIMEOUT = Duration.seconds(30)
"""How long a container has between SIGTERM and SIGKILL."""
LONGEST_STOP = 120
"""The most seconds that Fargate gives it.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"""


@dataclass(frozen=True)
class RestartPolicy:
    """When a container that ended is started again in its task.

    `attempt_period` is how long it must have run for that, 1 to 30 minutes; by default 5.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """

    ignored_exit_codes: Sequence[int] = ()
    attempt_period: Duration | None = None


class ProcessSettings(TypedDict, total=False):
    """What containers of all kinds have in common."""

    command: Sequence[str]
    """In place of the image's CMD."""
    entry_point: Sequence[str]
    """In place of the image's ENTRYPOINT."""
    user: str
    """In place of the image's USER."""
    stop_timeout: Duration
    """How long it has between SIGTERM and SIGKILL, 2 to 120 seconds. Default: 30."""
    init_process_enabled: bool
    """Whether a small init is process 1, which passes SIGTERM on and reaps what the app leaves behind. Default: yes."""
    restart_policy: RestartPolicy
    """When it is started again in its task. Default: never."""
    ulimits: Sequence[ecs.Ulimit]
    """Limits of its processes. Default: the host's."""
    readonly_root_filesystem: bool
    """Whether it can write none of its files but those of `tmpfs` and on volumes. Default: no."""
    tmpfs: Mapping[str, int]
    """Folders in memory, each with its greatest size in MiB; anyone in the container may write there."""


def process(settings: ProcessSettings) -> dict[str, Any]:
    """What CDK's `add_container` is told of it. Raises ValueError."""
    stop_timeout = settings.get("stop_timeout")
    if stop_timeout and not 2 <= (got := stop_timeout.to_seconds()) <= LONGEST_STOP:
        raise ValueError(f"stop_timeout should be 2 to {LONGEST_STOP} seconds, got {got}")
    restart = settings.get("restart_policy")
    return {
        "command": list(settings.get("command", [])) or None,
        "entry_point": list(settings.get("entry_point", [])) or None,
        "user": settings.get("user"),
        "stop_timeout": stop_timeout or STOP_TIMEOUT,
        "ulimits": list(settings.get("ulimits", [])) or None,
        "readonly_root_filesystem": settings.get("readonly_root_filesystem") or None,
        **(_restart(restart) if restart else {}),
    }


def _restart(policy: RestartPolicy) -> dict[str, Any]:
    return {
        "enable_restart_policy": True,
        "restart_attempt_period": policy.attempt_period,
        "restart_ignored_exit_codes": list(policy.ignored_exit_codes) or None,
    }


def linux_parameters(scope: Construct, id: str, settings: ProcessSettings) -> ecs.LinuxParameters:
    """On Fargate, too, folders may be in memory, since January 2026.

    https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/
    """
    linux = ecs.LinuxParameters(scope, id, init_process_enabled=settings.get("init_process_enabled", True))
    for path, size in settings.get("tmpfs", {}).items():
        linux.add_tmpfs(ecs.Tmpfs(container_path=path, size=size))
    return linux
