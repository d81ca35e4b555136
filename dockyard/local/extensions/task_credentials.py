"""An SDK in a container finds its credentials, its region and the local AWS without being told.

`AWS_REGION`, `AWS_DEFAULT_REGION` and `AWS_EXECUTION_ENV` are there as on AWS. Credentials are in variables, not behind
`AWS_CONTAINER_CREDENTIALS_FULL_URI`: SDKs accept no plain HTTP there but from loopback and the agent's own address. What the
user's definition says of these names holds.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance

_REFUSED = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")


def install(_: Instance) -> None:
    """Before the files of variables are read: these go before what is put in here."""
    register, build_run_kwargs = ecs._register_metadata, ecs._build_run_kwargs

    def register_metadata(*args: Any) -> Any:
        env: dict[str, str] = args[5]
        own = dict(env)
        token = register(*args)
        for name in _REFUSED:
            env.pop(name, None)
        env.update({name: value for name, value in own.items() if name != "ECS_CONTAINER_METADATA_URI_V4"})
        return token

    def with_credentials(definition: dict[str, Any], task: dict[str, Any], env: dict[str, str], *args: Any, **kwargs: Any) -> Any:
        run = build_run_kwargs(definition, task, env, *args, **kwargs)
        launched = ecs._tasks.get(run["labels"]["com.amazonaws.ecs.task-arn"]) or {}
        run["environment"] = {**_variables(launched.get("launchType") or "EC2", run["environment"]), **run["environment"]}
        return run

    ecs._register_metadata, ecs._build_run_kwargs = register_metadata, with_credentials


def _variables(launch_type: str, own: dict[str, str]) -> dict[str, str]:
    region = {"AWS_REGION": get_region(), "AWS_DEFAULT_REGION": get_region(), "AWS_EXECUTION_ENV": f"AWS_ECS_{launch_type}"}
    if "AWS_ACCESS_KEY_ID" in own or "AWS_SECRET_ACCESS_KEY" in own:
        return region
    return {**region, "AWS_ACCESS_KEY_ID": get_account_id(), "AWS_SECRET_ACCESS_KEY": "local"}
