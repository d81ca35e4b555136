"""Stacks that are there: their state, who changed them last, and what was changed by other means than CloudFormation."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockyard.build.plan import side_by_side
from dockyard.deploy.operations import describe, version
from dockyard.deploy.receipt import Receipt, read_receipt
from dockyard.deploy.states import cure_of
from dockyard.deploy.verify.check import Check, looked, ng, ok, skip
from dockyard.deploy.verify.scene import Scene

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

STATE, DRIFT = "stack", "drift"
DRIFT_SECONDS = 45.0
"""How long CloudFormation may take to compare a stack with what is there."""
_PAUSE = 1.0
_MOST = 3
"""Properties that are told of a resource."""
_LEFT_BY_ECS = {
    "AWS::ECS::Service": ("/DesiredCount", "/TaskDefinition"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("/Actions",),
    "AWS::AutoScaling::AutoScalingGroup": ("/DesiredCapacity",),
}
"""What ECS, scaling and `dockyard scale` change of resources, as they are meant to: the count, and the weights of rules."""

_WORDS = {
    "CREATE_COMPLETE": "is as it was made",
    "IMPORT_COMPLETE": "is as it was made",
    "UPDATE_COMPLETE": "is as it was changed last",
    "UPDATE_ROLLBACK_COMPLETE": "is as it was before its last change, which failed",
    "IMPORT_ROLLBACK_COMPLETE": "is as it was before its last change, which failed",
}


def stack_checks(scene: Scene) -> Iterator[Check]:
    """State of the stacks of the services that are meant, and of what they share."""
    last = read_receipt(scene.site.receipt_file)

    def look(pair: tuple[str, str]) -> list[Check]:
        subject, stack = pair
        return [*looked(subject, STATE, lambda: _state(scene, subject, stack, last))]

    for found in side_by_side(look, stacks(scene)):
        yield from found


def stacks(scene: Scene) -> list[tuple[str, str]]:
    """What they are about, and their names."""
    shared = [("registry", scene.site.registry_stack), ("platform", scene.site.service_stack("platform"))]
    return [*shared, *((name, scene.site.service_stack(name)) for name in scene.services)]


def _state(scene: Scene, subject: str, stack: str, last: Receipt | None) -> Iterator[Check]:
    yield state_check(subject, stack, describe(scene.reading.cloudformation, stack), last)


def state_check(subject: str, stack: str, told: "StackTypeDef | None", last: Receipt | None) -> Check:
    """It is at rest, as it was left by a deploy that went well, or by going back."""
    if told is None or told["StackStatus"] == "DELETE_COMPLETE":
        return skip(subject, STATE, f"{stack} is not there yet: deploy creates it")
    status, reason = told["StackStatus"], told.get("StackStatusReason")
    if cure := cure_of(status):
        found = f"{stack} is {cure.told(status)}"
        return ng(subject, STATE, found, "agree to it: dockyard deploy --yes") if cure.loses else skip(subject, STATE, found)
    if status.endswith("_FAILED"):
        return ng(
            subject, STATE, f"{stack} is {status}" + (f": {reason}" if reason else ""), f"look at it with: cdk rollback {stack}"
        )
    if status.endswith("_IN_PROGRESS"):
        return skip(subject, STATE, f"{stack} is {status}: something else changes it; a deploy waits for that")
    known = last.stacks.get(stack) if last else None
    changed = told.get("LastUpdatedTime", told["CreationTime"])
    by_others = f", and changed since the last deploy from this folder, at {changed.astimezone():%Y-%m-%d %H:%M}"
    words = _WORDS.get(status, "is at rest")
    return ok(subject, STATE, f"{stack} {words} ({status})" + (by_others if known and known != version(told) else ""))


def drift_checks(scene: Scene) -> Iterator[Check]:
    """What differs from the templates: CloudFormation looks, which takes it some seconds."""

    def look(pair: tuple[str, str]) -> list[Check]:
        subject, stack = pair
        return [*looked(subject, DRIFT, lambda: _drift(scene, subject, stack))]

    for found in side_by_side(look, stacks(scene)):
        yield from found


def _drift(scene: Scene, subject: str, stack: str) -> Iterator[Check]:
    client: Any = scene.reading.cloudformation
    told = describe(client, stack)
    if told is None or not told["StackStatus"].endswith("_COMPLETE") or told["StackStatus"].startswith("ROLLBACK"):
        return
    id = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    end = time.monotonic() + DRIFT_SECONDS
    while (found := client.describe_stack_drift_detection_status(StackDriftDetectionId=id))[
        "DetectionStatus"
    ] == "DETECTION_IN_PROGRESS":
        if time.monotonic() > end:
            yield skip(subject, DRIFT, f"CloudFormation is not done with it after {DRIFT_SECONDS:.0f} s")
            return
        time.sleep(_PAUSE)
    drifted = _drifted(client, stack) if found.get("StackDriftStatus") == "DRIFTED" else []
    yield drift_check(subject, stack, found, drifted)


def _drifted(client: Any, stack: str) -> list[Mapping[str, Any]]:
    """Resources that are not as they should be; boto3 has no paginator for them."""
    found: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        answer = client.describe_stack_resource_drifts(
            StackName=stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"], **more
        )
        found += answer["StackResourceDrifts"]
        if not answer.get("NextToken"):
            return found
        more = {"NextToken": answer["NextToken"]}


def drift_check(subject: str, stack: str, found: Mapping[str, Any], drifted: Sequence[Mapping[str, Any]]) -> Check:
    """Each resource that is not as its template says, but for what is meant to move."""
    told = [text for one in drifted if (text := _told(one))]
    if told:
        way = "take the change back, or write it down (overrides, dockyard.yaml) and deploy"
        return ng(subject, DRIFT, "changed by other means: " + "; ".join(told), f"{way}; a deploy does not undo it by itself")
    if found["DetectionStatus"] == "DETECTION_FAILED":
        return skip(subject, DRIFT, f"not all could be compared: {found.get('DetectionStatusReason', 'no reason given')}")
    return ok(subject, DRIFT, f"{stack} is as its template says")


def _told(one: Mapping[str, Any]) -> str | None:
    """`WebService (AWS::ECS::Service): /EnableExecuteCommand true, expected false`; None where all of it is meant to move."""
    name = f"{one['LogicalResourceId']} ({one['ResourceType']})"
    if one["StackResourceDriftStatus"] == "DELETED":
        return f"{name} is deleted"
    moving = _LEFT_BY_ECS.get(one["ResourceType"], ())
    differences = [part for part in one.get("PropertyDifferences") or [] if not part["PropertyPath"].startswith(moving)]
    if not differences:
        return None
    texts = [
        f"{part['PropertyPath']} is {part.get('ActualValue')}, and should be {part.get('ExpectedValue')}" for part in differences
    ]
    return f"{name}: {', '.join(texts[:_MOST])}" + (f" and {len(texts) - _MOST} more" if len(texts) > _MOST else "")
