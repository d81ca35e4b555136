"""CloudFormation's types of Application Auto Scaling: the scalable target with its scheduled actions, and the scaling policy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import provisioners

from dockyard.local.api_requests import RefusedError
from dockyard.local.extensions.auto_scaling import call
from dockyard.local.extensions.instance import Instance

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]
_IDENTITY = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def install(_: Instance) -> None:
    """Register the types."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ApplicationAutoScaling::ScalableTarget"] = {
        "create": lambda _, props, __: _make_target(props),
        "update": _update_target,
        "delete": lambda _, props: _delete("DeregisterScalableTarget", _identity(props)),
    }
    handlers["AWS::ApplicationAutoScaling::ScalingPolicy"] = {
        "create": lambda _, props, __: _make_policy(props),
        "update": _update_policy,
        "delete": lambda _, props: _delete("DeleteScalingPolicy", _policy_name(props)),
    }


def _done(action: str, request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return call(action, dict(request))
    except RefusedError as error:
        raise ValueError(f"{error} (Service: ApplicationAutoScaling, {error.code})") from error


def _delete(action: str, request: Mapping[str, Any]) -> None:
    with contextlib.suppress(RefusedError):  # gone already
        call(action, dict(request))


def _identity(props: Properties) -> dict[str, str]:
    """What names a scalable target; a policy may name it by what `Ref` gives of one."""
    if "ScalingTargetId" in props:
        return dict(
            zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), props["ScalingTargetId"].split("|"), strict=True)
        )
    return {key: props[key] for key in _IDENTITY}


def _make_target(props: Properties) -> Made:
    identity = _identity(props)
    _done("RegisterScalableTarget", {key: value for key, value in props.items() if key not in ("ScheduledActions", "RoleARN")})
    for action in props.get("ScheduledActions") or []:
        _done("PutScheduledAction", {**identity, **action})
    id = "|".join(identity[key] for key in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
    return id, {"Id": id}


def _update_target(id: str, old: Properties, new: Properties, _: str) -> Made:
    made = _make_target(new)
    kept = {action["ScheduledActionName"] for action in new.get("ScheduledActions") or []}
    if made[0] != id:
        provisioners._delete_predecessor(_delete, "DeregisterScalableTarget", _identity(old))
    for action in old.get("ScheduledActions") or []:
        if made[0] == id and action["ScheduledActionName"] not in kept:
            _delete("DeleteScheduledAction", {**_identity(old), "ScheduledActionName": action["ScheduledActionName"]})
    return made


def _policy_name(props: Properties) -> dict[str, str]:
    return {**_identity(props), "PolicyName": props["PolicyName"]}


def _make_policy(props: Properties) -> Made:
    arn = _done("PutScalingPolicy", {**props, **_policy_name(props)})["PolicyARN"]
    return arn, {"Arn": arn}


def _update_policy(_: str, old: Properties, new: Properties, __: str) -> Made:
    made = _make_policy(new)
    if _policy_name(old) != _policy_name(new):
        provisioners._delete_predecessor(_delete, "DeleteScalingPolicy", _policy_name(old))
    return made
