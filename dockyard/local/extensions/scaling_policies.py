"""Services are scaled: by alarms that call policies, by schedules, and into the bounds of their scalable target.

- Target tracking goes to where the metric would be at its target; in, only when all such policies of the service want it, and
  not while a deployment is under way.
- Step scaling goes by how far the metric is from the alarm's threshold.
- Within a cooldown, only what a scale-out would have been larger by is added, and nothing is taken away.
  https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
- A scheduled action sets the bounds. Whatever sets them moves the count within.
  https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html

A policy is called again as long as its alarm lasts: by AWS each minute, here every ten seconds; and a cooldown that is not given,
on AWS five minutes, is ten seconds, or a minute where the metric is a sum of one.
"""

import math
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import cloudwatch, ecs

from dockyard.local import scaling
from dockyard.local.extensions import alarms, auto_scaling, scaling_alarms
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.metrics import every, scopes

_SECONDS = 0.5
_REPEAT_SECONDS = 10.0
_COOLDOWN = 10.0
_KEPT_ACTIVITIES = 100

Resource = dict[str, Any]

_lock = threading.Lock()
_called: list[tuple[str, str, str, Resource]] = []
"""Account, region, policy and alarm of calls that are to be acted on."""


def install(_: Instance) -> None:
    """Take calls of alarms, and act on them in a thread: services are changed by Docker calls."""
    dispatch = cloudwatch._dispatch_alarm_actions

    def dispatch_alarm_actions(alarm: Resource, old: str, new: str, why: str) -> None:
        dispatch(alarm, old, new, why)
        field = {"ALARM": "AlarmActions", "OK": "OKActions"}.get(new, "InsufficientDataActions")
        if alarm.get("ActionsEnabled", True):
            with _lock:
                _called.extend((get_account_id(), get_region(), arn, alarm) for arn in alarm.get(field) or [])

    cloudwatch._dispatch_alarm_actions = dispatch_alarm_actions
    every(_SECONDS, _act, "auto-scaling")


def reset() -> None:
    """Forget calls."""
    with _lock:
        _called.clear()


def _act() -> None:
    with _lock:
        called, _called[:] = list(_called), []
    for account, region in scopes(auto_scaling.targets):
        with request_scope(account, region):
            now = datetime.now(UTC)
            for action in auto_scaling.scheduled.values():
                _run_if_due(action, now)
            calls = [(arn, alarm) for *scope, arn, alarm in called if scope == [account, region]]
            for policy in auto_scaling.policies.values():
                for alarm in [alarm for arn, alarm in calls if arn == policy["PolicyARN"]] or _repeated(policy):
                    policy["_called"] = time.monotonic()
                    _scale_by(policy, alarm)
            for target in auto_scaling.targets.values():
                if target.pop("_moved", False):
                    _into_bounds(target)


def _repeated(policy: Resource) -> list[Resource]:
    """Alarms that still last, where it is time to call the policy again."""
    if time.monotonic() - policy.get("_called", -math.inf) < _REPEAT_SECONDS:
        return []
    found: list[Resource] = cloudwatch._alarms.values()
    return [
        alarm for alarm in found
        if alarm["StateValue"] == "ALARM" and alarm.get("ActionsEnabled", True)
        and policy["PolicyARN"] in (alarm.get("AlarmActions") or [])
    ]  # fmt: skip


# policies


def _scale_by(policy: Resource, alarm: Resource) -> None:
    target, service = auto_scaling.targets.get(policy["ResourceId"]), auto_scaling.service_of(policy["ResourceId"])
    if not target or not service:
        return
    count = int(service["desiredCount"])
    tracking = policy["PolicyType"] == "TargetTrackingScaling"
    wanted = _tracked(policy, alarm, count) if tracking else _stepped(policy, alarm, count)
    if wanted is None:
        return
    wanted = max(target["MinCapacity"], min(target["MaxCapacity"], wanted))
    if not _is_allowed(policy, target, service, wanted - count):
        return
    if wanted > count:
        policy["_out"] = (time.monotonic(), _basis(policy, count))
    else:
        policy["_in"] = time.monotonic()
    _set_count(target, wanted, f"monitor alarm {alarm['AlarmName']} in state {alarm['StateValue']} triggered policy "
               f"{policy['PolicyName']}")  # fmt: skip


def _tracked(policy: Resource, alarm: Resource, count: int) -> int | None:
    """What a target tracking policy wants; None where it wants to leave it."""
    above, below = (one["AlarmName"] for one in policy["Alarms"])
    if alarm["AlarmName"] == above:
        wanted = _shared(policy, alarm, _basis(policy, count))
        return wanted if wanted is not None and wanted > count else None
    if alarm["AlarmName"] != below:
        return None
    votes = [_vote_in(one, count) for one in auto_scaling.policies.values() if one["ResourceId"] == policy["ResourceId"]]
    wants = [vote for vote in votes if vote is not None]
    return max(wants) if wants and max(wants) < count else None


def _vote_in(policy: Resource, count: int) -> int | None:
    """How far in a target tracking policy would go: not at all where its metric is not well below; None where it has no say."""
    configuration = policy.get("TargetTrackingScalingPolicyConfiguration")
    if not configuration or configuration.get("DisableScaleIn"):
        return None
    alarm = cloudwatch._alarms.get(policy["Alarms"][1]["AlarmName"])
    wanted = _shared(policy, alarm, count) if alarm and alarm["StateValue"] == "ALARM" else None
    return count if wanted is None else wanted


def _shared(policy: Resource, alarm: Resource, count: int) -> int | None:
    value = _value(alarm)
    return None if value is None else scaling.tracked(
        count, value, policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
    )  # fmt: skip


def _stepped(policy: Resource, alarm: Resource, count: int) -> int | None:
    """What a step scaling policy wants. An alarm without data, as one that was set by hand, counts as at its threshold."""
    threshold = float(alarm["Threshold"])
    value, configuration = _value(alarm), policy["StepScalingPolicyConfiguration"]
    distance = 0.0 if value is None else value - threshold
    wanted = scaling.stepped(count, distance, configuration)
    return scaling.stepped(_basis(policy, count), distance, configuration) if wanted is not None and wanted > count else wanted


def _value(alarm: Resource) -> float | None:
    return next((value for value in alarms.datapoints(alarm) if value is not None), None)


def _basis(policy: Resource, count: int) -> int:
    """The count that a scale-out begins from: within a cooldown, that before the last one, which is thus part of this one."""
    moment, before = policy.get("_out", (-math.inf, count))
    return before if time.monotonic() - moment < _cooldown(policy, "ScaleOutCooldown") else count


def _is_allowed(policy: Resource, target: Resource, service: Resource, change: int) -> bool:
    suspended = target["SuspendedState"]
    if change > 0:
        return not suspended["DynamicScalingOutSuspended"]
    if change == 0 or suspended["DynamicScalingInSuspended"]:
        return False
    if any(deployment["rolloutState"] == "IN_PROGRESS" for deployment in service["deployments"]):
        return False
    return time.monotonic() - policy.get("_in", -math.inf) >= _cooldown(policy, "ScaleInCooldown")


def _cooldown(policy: Resource, name: str) -> float:
    tracking: Mapping[str, Any] | None = policy.get("TargetTrackingScalingPolicyConfiguration")
    given = tracking.get(name) if tracking else policy["StepScalingPolicyConfiguration"].get("Cooldown")
    if given is not None:
        return float(given)
    alarm = cloudwatch._alarms.get(policy["Alarms"][0]["AlarmName"]) if policy["Alarms"] else None
    return float(scaling_alarms.SUM_PERIOD) if alarm and alarms.period(alarm) == scaling_alarms.SUM_PERIOD else _COOLDOWN


# schedules and bounds


def _run_if_due(action: Resource, now: datetime) -> None:
    due, target = action["_due"], auto_scaling.targets.get(action["ResourceId"])
    if due is None or due > now or not target:
        return
    action["_due"] = auto_scaling.due_after(action, due)
    if target["SuspendedState"]["ScheduledScalingSuspended"]:
        return
    bounds = {"MinCapacity": target["MinCapacity"], "MaxCapacity": target["MaxCapacity"], **action["ScalableTargetAction"]}
    if bounds["MinCapacity"] > bounds["MaxCapacity"]:  # only one was given: the other gives way
        bounds = dict.fromkeys(bounds, *action["ScalableTargetAction"].values())
    target.update(bounds, _moved=True)
    told = f"min capacity to {bounds['MinCapacity']} and max capacity to {bounds['MaxCapacity']}"
    cause = f"scheduled action name {action['ScheduledActionName']} was triggered"
    _note(target, f"Setting {told}", cause, f"Successfully set {told}")


def _into_bounds(target: Resource) -> None:
    service = auto_scaling.service_of(target["ResourceId"])
    if not service:
        return
    low, high = target["MinCapacity"], target["MaxCapacity"]
    if service["desiredCount"] < low:
        _set_count(target, low, f"minimum capacity was set to {low}")
    elif service["desiredCount"] > high:
        _set_count(target, high, f"maximum capacity was set to {high}")


def _set_count(target: Resource, count: int, cause: str) -> None:
    _, cluster, service = target["ResourceId"].split("/")
    status, _, body = ecs._update_service({"cluster": cluster, "service": service, "desiredCount": count})
    message = f"Successfully set desired count to {count}. Change successfully fulfilled by ecs."
    _note(target, f"Setting desired count to {count}.", cause, message if status < 400 else f"Failed: {body.decode()}")


def _note(target: Resource, description: str, cause: str, message: str) -> None:
    now = time.time()
    activity = {
        "ActivityId": new_uuid(), "ServiceNamespace": "ecs", "ResourceId": target["ResourceId"],
        "ScalableDimension": auto_scaling.DIMENSION, "Description": description, "Cause": cause, "StartTime": now, "EndTime": now,
        "StatusCode": "Failed" if message.startswith("Failed") else "Successful", "StatusMessage": message,
    }  # fmt: skip
    noted = auto_scaling.activities.get(target["ResourceId"]) or []
    auto_scaling.activities[target["ResourceId"]] = [activity, *noted][:_KEPT_ACTIVITIES]
