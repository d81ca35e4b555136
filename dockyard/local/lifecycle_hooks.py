"""What a lifecycle hook of an ECS deployment is told, and what its answer means.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Hook = Mapping[str, Any]
"""An item of `lifecycleHooks`."""

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
DEFAULT_DELAY = 30.0
DEFAULT_TIMEOUT = 1440
LONGEST_TIMEOUT = {"AWS_LAMBDA": 1440, "PAUSE": 20160}
"""In minutes."""
_NOT_FOR_PAUSE = {"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}
_WEIGHTS_TOLD = {
    "test": {"TEST_TRAFFIC_SHIFT"},
    "production": {"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"},
}


@dataclass(frozen=True)
class Answer:
    """Of a function."""

    status: Literal["SUCCEEDED", "FAILED", "IN_PROGRESS"]
    delay: float = 0.0
    """Seconds until it is to be asked again."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What it wants to be told then."""


def of_stage(hooks: Iterable[Hook], stage: str) -> list[Hook]:
    """Those that this stage has."""
    return [hook for hook in hooks if stage in (hook.get("lifecycleStages") or ())]


def kind(hook: Hook) -> str:
    """`AWS_LAMBDA` or `PAUSE`."""
    return str(hook.get("targetType") or "AWS_LAMBDA")


def timeout(hook: Hook) -> tuple[float, str]:
    """Minutes, and what is done then: `ROLLBACK` or `CONTINUE`."""
    settings = hook.get("timeoutConfiguration") or {}
    return float(settings.get("timeoutInMinutes") or DEFAULT_TIMEOUT), str(settings.get("action") or "ROLLBACK")


def details(hook: Hook) -> dict[str, Any]:
    """`hookDetails`; CloudFormation may have it as the text of a JSON object."""
    given = hook.get("hookDetails") or {}
    return dict(json.loads(given) if isinstance(given, str) else given)


def event(
    stage: str, execution: str, deployment: str, service: str, target: str, weights: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """What the function is called with, but for `hookDetails`. Weights are told at the stages that shift them, by revision."""
    told = {name: dict(weights[name]) if stage in stages else {} for name, stages in _WEIGHTS_TOLD.items()}
    return {
        "executionId": execution,
        "lifecycleStage": stage,
        "resourceArn": deployment,
        "executionDetails": {
            "serviceArn": service,
            "targetServiceRevisionArn": target,
            "testTrafficWeights": told["test"],
            "productionTrafficWeights": told["production"],
        },
    }


def answer(given: Any) -> Answer:
    """What a function returned; what is no answer is a failure."""
    status = given.get("hookStatus") if isinstance(given, dict) else None
    if status == "SUCCEEDED":
        return Answer("SUCCEEDED")
    if status == "IN_PROGRESS":
        delay = given.get("callBackDelay")
        return Answer("IN_PROGRESS", DEFAULT_DELAY if delay is None else float(delay), given.get("hookDetails") or {})
    return Answer("FAILED")


def problems(hooks: Iterable[Hook]) -> Iterator[str]:
    """What AWS would say of these hooks, if anything."""
    for hook in hooks:
        stages, target = set(hook.get("lifecycleStages") or ()), kind(hook)
        if target not in LONGEST_TIMEOUT:
            yield f"lifecycleHooks.targetType {target} is not valid"
            continue
        if unknown := stages - set(STAGES):
            yield f"lifecycleHooks.lifecycleStages {', '.join(sorted(unknown))} is not valid"
        if not stages:
            yield "lifecycleHooks.lifecycleStages is required"
        if target == "AWS_LAMBDA" and not hook.get("hookTargetArn"):
            yield "lifecycleHooks.hookTargetArn is required"
        if target == "PAUSE" and stages & _NOT_FOR_PAUSE:
            yield f"lifecycleHooks of type PAUSE are not possible at {', '.join(sorted(stages & _NOT_FOR_PAUSE))}"
        minutes, action = timeout(hook)
        if not 1 <= minutes <= LONGEST_TIMEOUT[target] or action not in {"ROLLBACK", "CONTINUE"}:
            yield "lifecycleHooks.timeoutConfiguration is not valid"
