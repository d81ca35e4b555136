"""What CDK's `AwsCustomResource` asks for: one call of any service when it is made, changed or deleted.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dockyard.local import own_api

_PHYSICAL_ID = "PHYSICAL:RESOURCEID:"
Properties = Mapping[str, Any]


def is_sdk_call(props: Properties) -> bool:
    """By what it has: its type may be any `Custom::` name."""
    calls = [props[kind] for kind in ("Create", "Update", "Delete") if isinstance(props.get(kind), str)]
    return "ServiceToken" in props and bool(calls) and all(isinstance(_read(call).get("service"), str) for call in calls)


def make_sdk_call(
    kind: str, logical_id: str, physical_id: str, props: Properties, client: Callable[..., Any]
) -> tuple[str, dict[str, Any]]:
    """The identifier and the attributes. Raises botocore's errors, and ValueError for an operation that is none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    calls = {name: _read(props.get(name)) for name in ("Create", "Update", "Delete")}
    call = calls[kind]
    named = [calls[name].get("physicalResourceId", {}).get("id") for name in ("Create", "Update", "Delete")]
    found = next(filter(None, named), logical_id) if kind == "Create" else None
    physical_id = found or call.get("physicalResourceId", {}).get("id") or physical_id
    if not call:
        return physical_id, {}
    parameters = _filled(call.get("parameters") or {}, physical_id)
    service = client(own_api.service_name(call["service"]), call.get("region"))
    try:
        answer = _flat(own_api.operation(service, call["action"].removesuffix("Command"), parameters)())
    except ClientError as error:
        if not re.search(call.get("ignoreErrorCodesMatching") or r"(?!)", error.response["Error"]["Code"]):
            raise
        return physical_id, {}
    path = call.get("physicalResourceId", {}).get("responsePath")
    return str(answer.get(path, physical_id)) if path else physical_id, _chosen(answer, call)


def _read(call: Any) -> dict[str, Any]:
    try:
        found = json.loads(call or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _filled(value: Any, physical_id: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, physical_id) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, physical_id) for item in value]
    return physical_id if value == _PHYSICAL_ID else value


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """`{"a.b.0": …}`; CDK knows an answer only so."""
    if isinstance(value, dict):
        parts = [(str(key), item) for key, item in value.items() if key != "ResponseMetadata"]
    elif isinstance(value, list):
        parts = [(str(index), item) for index, item in enumerate(value)]
    elif hasattr(value, "read"):
        return {path: value.read().decode()}
    else:
        return {path: value.isoformat() if isinstance(value, datetime) else value}
    return {key: item for name, inner in parts for key, item in _flat(inner, f"{path}.{name}" if path else name).items()}


def _chosen(answer: dict[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    paths = [call["outputPath"]] if call.get("outputPath") else call.get("outputPaths")
    return {key: item for key, item in answer.items() if paths is None or key.startswith(tuple(paths))}
