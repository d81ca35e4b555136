"""A container whose log group is not there does not start, unless `awslogs-create-group` is set.

On Fargate it is a `ResourceInitializationError`, on a server a `CannotStartContainerError`.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch_logs, ecs

from dockyard.local.extensions.instance import Instance

_MISSING = "ResourceNotFoundException: The specified log group does not exist."
_FARGATE = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    f"failed to create Cloudwatch log stream: {_MISSING}"
)
_SERVER = (
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: "
    f"failed to create Cloudwatch log stream: {_MISSING}"
)


def install(_: Instance) -> None:
    """Look before the container is started."""
    build_run_kwargs = ecs._build_run_kwargs

    def with_logs(definition: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        run = build_run_kwargs(definition, *args, **kwargs)
        if not _has_group(definition):
            task = ecs._tasks.get(run["labels"]["com.amazonaws.ecs.task-arn"]) or {}
            raise RuntimeError(_FARGATE if task.get("launchType") == "FARGATE" else _SERVER)
        return run

    ecs._build_run_kwargs = with_logs


def _has_group(definition: Mapping[str, Any]) -> bool:
    config = ecs._awslogs_config(definition, "", "")
    if not config or config["create_group"]:
        return True
    with request_scope(get_account_id(), config["region"] or get_region()):
        return config["group"] in cloudwatch_logs._log_groups
