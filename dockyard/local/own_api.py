"""The local AWS as a client of itself: what an event or a custom resource does, it does by the API that everyone uses.

Only from a thread of its own: the event loop, which answers, must not wait for the answer.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_SERVICES = {
    "cloudwatch-logs": "logs", "cloudwatchlogs": "logs", "elastic-load-balancing-v2": "elbv2", "elasticloadbalancingv2": "elbv2",
    "eventbridge": "events", "secrets-manager": "secretsmanager", "cognito-identity-provider": "cognito-idp",
    "cognitoidentityserviceprovider": "cognito-idp", "sfn": "stepfunctions", "auto-scaling": "autoscaling",
}  # fmt: skip
"""Names of the SDKs of JavaScript and Java that are others than boto3's."""


def service_name(name: str) -> str:
    """`@aws-sdk/client-cloudwatch-logs`, `CloudWatchLogs` and `cloudwatch-logs` are `logs`."""
    short = name.removeprefix("@aws-sdk/").removeprefix("client-").lower()
    return _SERVICES.get(short, short)


def client(service: str, account: str, region: str) -> Any:
    """A boto3 client that does not try again. Raises ValueError for a service that AWS does not have."""
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415

    try:
        return _client(service, account, region, os.environ["GATEWAY_PORT"])
    except UnknownServiceError as error:
        raise ValueError(f"{service} is not a service of AWS") from error


@lru_cache
def _client(service: str, account: str, region: str, port: str) -> Any:
    import boto3  # noqa: PLC0415  # takes a while, and not every local AWS needs it
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        service, endpoint_url=f"http://localhost:{port}", region_name=region,
        aws_access_key_id=account, aws_secret_access_key="local",  # noqa: S106  # any is taken; the key names the account
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )  # fmt: skip


def operation(client: Any, name: str, request: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """A call by the operation's name in whichever case, its parameters too. Raises ValueError where there is no such operation.

    The call raises botocore's errors.
    """
    from botocore import xform_name  # noqa: PLC0415

    model = client.meta.service_model
    found = next((one for one in model.operation_names if one.lower() == name.lower()), None)
    if found is None:
        raise ValueError(f"{model.service_name} has no operation {name}")
    spelled = _spelled(model.operation_model(found).input_shape, request)
    return lambda: getattr(client, xform_name(found))(**spelled)


def member(members: Any, name: str) -> str | None:
    """How a structure of the API spells a name, if it has it."""
    return next((one for one in members if one.lower() == name.lower()), None)


def _spelled(shape: Any, value: Any) -> Any:
    """The value with the names that the operation has, and numbers, booleans and text where a template has another."""
    kind = getattr(shape, "type_name", None)
    if kind == "structure" and isinstance(value, dict):
        spelled = {member(shape.members, key) or key: item for key, item in value.items()}
        return {key: _spelled(shape.members.get(key), item) for key, item in spelled.items()}
    if kind == "map" and isinstance(value, dict):
        return {key: _spelled(shape.value, item) for key, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_spelled(shape.member, item) for item in value]
    if kind in {"integer", "long"} and isinstance(value, str):
        return int(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
