"""Application Auto Scaling: scalable targets, policies, scheduled actions and what was done, for services of ECS.

The API, and the CloudFormation types. `scaling_policies` does what they say. Only `ecs:service:DesiredCount` is scaled; other
dimensions, and predictive scaling, are refused.
https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
"""

import copy
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import ministack.app as gateway
from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid
from ministack.services import ecs

from dockyard.local import scaling, schedules
from dockyard.local.api_requests import RefusedError, checked
from dockyard.local.extensions import scaling_alarms
from dockyard.local.extensions.instance import Instance

SERVICE = "application-autoscaling"
DIMENSION = "ecs:service:DesiredCount"
_TARGET_PREFIX = "AnyScaleFrontendService"

Request = dict[str, Any]
Key = tuple[str, ...]
"""Resource id; of a policy or a scheduled action, its name too."""

targets = AccountRegionScopedDict()
policies = AccountRegionScopedDict()
scheduled = AccountRegionScopedDict()
activities = AccountRegionScopedDict()
"""What was done, by resource id, the newest first."""


_TABLES = ("targets", "policies", "scheduled", "activities")
_CLOCKED = ("_due", "_called", "_in", "_out")


def install(_: Instance) -> None:
    """Answer the API."""
    router.SERVICE_PATTERNS[SERVICE] = {
        "target_prefixes": [_TARGET_PREFIX], "host_patterns": [r"application-autoscaling\."], "credential_scope": SERVICE,
    }  # fmt: skip
    gateway.SERVICE_HANDLERS[SERVICE] = _handle


def reset() -> None:
    """Forget all."""
    for table in (targets, policies, scheduled, activities):
        table._data.clear()


def kept() -> dict[str, Any]:
    """All of it, but for what is measured by a clock."""
    tables = {name: copy.deepcopy(globals()[name]) for name in _TABLES}
    for table in tables.values():
        for resource in table._data.values():
            for clocked in _CLOCKED if isinstance(resource, dict) else ():
                resource.pop(clocked, None)
    return tables


def restore(kept: dict[str, Any]) -> None:
    """Have it again; what became due meanwhile is not made up for."""
    for name in _TABLES:
        globals()[name]._data.update(kept[name]._data)
    for action in scheduled._data.values():
        action["_due"] = due_after(action, datetime.now(UTC))


async def _handle(_: str, __: str, headers: Mapping[str, str], body: bytes, ___: Any) -> tuple[int, dict[str, str], bytes]:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    answer_headers = {"Content-Type": "application/x-amz-json-1.1"}
    try:
        answer = call(action, json.loads(body or b"{}"))
    except RefusedError as error:
        return 400, answer_headers, json.dumps({"__type": error.code, "message": str(error)}).encode()
    return 200, answer_headers, json.dumps(answer).encode()


def call(action: str, request: Request) -> dict[str, Any]:
    """Do one action of the API. Raises RefusedError."""
    if action not in _ACTIONS:
        raise RefusedError("UnknownOperationException", f"The local AWS does not know {action} of Application Auto Scaling")
    asked = checked(SERVICE, action, request)
    if "ServiceNamespace" in asked and (asked["ServiceNamespace"], asked.get("ScalableDimension") or DIMENSION) != (
        "ecs", DIMENSION,
    ):  # fmt: skip
        wanted = asked.get("ScalableDimension") or asked["ServiceNamespace"]
        raise RefusedError("ValidationException", f"The local AWS scales {DIMENSION} only, not {wanted}")
    return _ACTIONS[action](asked)


def _described(what: str, request: Request) -> str:
    """As AWS's messages name a resource."""
    return f"No {what} for service namespace: ecs, resource ID: {request['ResourceId']}, scalable dimension: {DIMENSION}"


# scalable targets


def _register(request: Request) -> dict[str, Any]:
    id = request["ResourceId"]
    if service_of(id) is None:
        raise RefusedError("ValidationException", f"ECS service doesn't exist: {id}")
    old = targets.get(id) or {}
    target = {
        "RoleARN": f"arn:aws:iam::{get_account_id()}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "CreationTime": time.time(),
        "ScalableTargetARN": f"arn:aws:{SERVICE}:{get_region()}:{get_account_id()}:scalable-target/{new_uuid()}",
        **old,
        **{key: value for key, value in request.items() if key != "Tags"},
    }  # fmt: skip
    if "MinCapacity" not in target or "MaxCapacity" not in target:
        raise RefusedError("ValidationException", "MinCapacity and MaxCapacity are required to register a new scalable target")
    if not 0 <= target["MinCapacity"] <= target["MaxCapacity"]:
        raise RefusedError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    suspended = {f"{kind}Suspended": False for kind in ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")}
    target["SuspendedState"] = {**suspended, **(old.get("SuspendedState") or {}), **(request.get("SuspendedState") or {})}
    target.setdefault("_tags", {}).update(request.get("Tags") or {})
    target["_moved"] = True  # its service's count is to be brought within the bounds
    targets[id] = target
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _deregister(request: Request) -> dict[str, Any]:
    id = request["ResourceId"]
    if targets.pop(id, None) is None:
        raise RefusedError("ObjectNotFoundException", _described("scalable target found", request))
    for key in [key for key in policies if key[0] == id]:
        scaling_alarms.delete(policies.pop(key))
    for key in [key for key in scheduled if key[0] == id]:
        scheduled.pop(key)
    return {}


def service_of(resource_id: str) -> dict[str, Any] | None:
    """The active service that `service/cluster/name` names."""
    service = ecs._services.get(resource_id.removeprefix("service/"))
    return service if service and service["status"] == "ACTIVE" else None


# policies


def _put_policy(request: Request) -> dict[str, Any]:
    key = _owned(request, "PolicyName")
    old = policies.get(key)
    policy = {**(old or {}), **request}
    kind = policy.setdefault("PolicyType", "StepScaling")
    if old and old["PolicyType"] != kind:
        raise RefusedError("ValidationException", "You cannot change the policy type of an existing scaling policy")
    if kind == "StepScaling":
        _check_steps(policy.get("StepScalingPolicyConfiguration") or {})
    elif kind == "TargetTrackingScaling":
        _check_tracking(policy.get("TargetTrackingScalingPolicyConfiguration") or {})
    else:
        raise RefusedError("ValidationException", f"The local AWS does not do {kind}")
    arn = _arn(f"scalingPolicy:{new_uuid()}", key, "policyName")
    policy = {"PolicyARN": arn, "CreationTime": time.time(), **policy}
    try:
        policy["Alarms"] = scaling_alarms.put(policy) if kind == "TargetTrackingScaling" else []
    except ValueError as error:
        raise RefusedError("ValidationException", str(error)) from error
    policies[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def _check_steps(configuration: Mapping[str, Any]) -> None:
    if not configuration.get("AdjustmentType"):
        raise RefusedError("ValidationException", "AdjustmentType must be specified for step scaling policies")
    if wrong := scaling.problem(configuration.get("StepAdjustments") or []):
        raise RefusedError("ValidationException", wrong)


def _check_tracking(configuration: Mapping[str, Any]) -> None:
    if not configuration.get("TargetValue", 0) > 0:
        raise RefusedError("ValidationException", "TargetValue must be greater than 0 for target tracking scaling policies")
    if ("PredefinedMetricSpecification" in configuration) == ("CustomizedMetricSpecification" in configuration):
        raise RefusedError("ValidationException", "Exactly one of the metric specifications must be specified")


def _delete_policy(request: Request) -> dict[str, Any]:
    policy = policies.pop((request["ResourceId"], request["PolicyName"]), None)
    if policy is None:
        what = _described("scaling policy found", request)
        raise RefusedError("ObjectNotFoundException", f"{what}, policy name: {request['PolicyName']}")
    scaling_alarms.delete(policy)
    return {}


def _owned(request: Request, name: str) -> Key:
    """Key of what belongs to a target. Raises RefusedError where there is no such target."""
    if request["ResourceId"] not in targets:
        raise RefusedError("ObjectNotFoundException", _described("scalable target registered", request))
    return request["ResourceId"], request[name]


def _arn(what: str, key: Key, name: str) -> str:
    return f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:{what}:resource/ecs/{key[0]}:{name}/{key[1]}"


# scheduled actions


def _put_action(request: Request) -> dict[str, Any]:
    key = _owned(request, "ScheduledActionName")
    old = scheduled.get(key) or {}
    action = {
        "CreationTime": time.time(),
        "ScheduledActionARN": _arn(f"scheduledAction:{new_uuid()}", key, "scheduledActionName"),
        **old, **request,
    }  # fmt: skip
    bounds = action.get("ScalableTargetAction") or {}
    if not bounds or bounds.get("MinCapacity", 0) > bounds.get("MaxCapacity", bounds.get("MinCapacity", 0)):
        raise RefusedError("ValidationException", "Scalable target action must have a minimum or a maximum capacity that fit")
    try:
        action["_due"] = due_after(action, datetime.now(UTC))
    except ValueError as error:
        raise RefusedError("ValidationException", str(error)) from error
    scheduled[key] = action
    return {}


def due_after(action: Mapping[str, Any], moment: datetime) -> datetime | None:
    """When a scheduled action is due next; None where it is not any more. Raises ValueError."""
    begin = max(moment, datetime.fromtimestamp(action.get("StartTime") or 0, UTC))
    due = schedules.next_after(action.get("Schedule") or "", begin, action.get("Timezone") or "UTC")
    end = action.get("EndTime")
    return None if due is None or (end and due.timestamp() > end) else due


def _delete_action(request: Request) -> dict[str, Any]:
    if scheduled.pop((request["ResourceId"], request["ScheduledActionName"]), None) is None:
        what = _described("scheduled action found", request)
        raise RefusedError("ObjectNotFoundException", f"{what}, scheduled action name: {request['ScheduledActionName']}")
    return {}


# what there is


def _describe(
    table: AccountRegionScopedDict, answer: str, names: str = "", of_name: str = ""
) -> Callable[[Request], dict[str, Any]]:
    """The resources of a table, of which a request may want those of one service, or those of some names."""

    def describe(request: Request) -> dict[str, Any]:
        found = [
            one for listed in table.values() for one in (listed if isinstance(listed, list) else [listed])
            if request.get("ResourceId") in (None, one["ResourceId"])
            and (not request.get(names) or one[of_name] in request[names])
        ]  # fmt: skip
        first = int(request.get("NextToken") or 0)
        page = found[first : first + int(request.get("MaxResults") or 50)]
        more = {"NextToken": str(first + len(page))} if first + len(page) < len(found) else {}
        return {answer: [{key: value for key, value in one.items() if not key.startswith("_")} for one in page], **more}

    return describe


def _tagged(request: Request) -> dict[str, str]:
    for target in targets.values():
        if target["ScalableTargetARN"] == request["ResourceARN"]:
            tags: dict[str, str] = target["_tags"]
            return tags
    raise RefusedError("ResourceNotFoundException", f"The specified resource {request['ResourceARN']} does not exist")


def _tag(request: Request) -> dict[str, Any]:
    _tagged(request).update(request["Tags"])
    return {}


def _untag(request: Request) -> dict[str, Any]:
    tags = _tagged(request)
    for key in request["TagKeys"]:
        tags.pop(key, None)
    return {}


_ACTIONS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": _describe(targets, "ScalableTargets", "ResourceIds", "ResourceId"),
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _delete_policy,
    "DescribeScalingPolicies": _describe(policies, "ScalingPolicies", "PolicyNames", "PolicyName"),
    "PutScheduledAction": _put_action,
    "DeleteScheduledAction": _delete_action,
    "DescribeScheduledActions": _describe(scheduled, "ScheduledActions", "ScheduledActionNames", "ScheduledActionName"),
    "DescribeScalingActivities": _describe(activities, "ScalingActivities"),
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": lambda request: {"Tags": dict(_tagged(request))},
}
