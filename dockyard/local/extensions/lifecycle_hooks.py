"""Functions are asked, and users waited for, before a deployment goes on from one of its stages.

- A Lambda function is invoked with AWS's event; `IN_PROGRESS` asks it again after its `callBackDelay`, with the `hookDetails`
  that it returned. What fails, or answers something else, fails the deployment.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
- A pause lasts until `ContinueServiceDeployment`, or its timeout.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html

All hooks of a stage run side by side, and all must end well.
"""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import ecs, lambda_svc

from dockyard.local import lifecycle_hooks
from dockyard.local.extensions import service_deployments, service_history, traffic_shift
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_deployment_details import brief, revision_arn
from dockyard.local.extensions.service_history import Deployment, Service
from dockyard.local.lifecycle_hooks import Hook, answer, event, kind, of_stage, timeout

_OPEN = ("AWAITING_ACTION", "IN_PROGRESS")
_TICK = 0.1


def install(_: Instance) -> None:
    """Take what users say."""
    ecs._ACTION_MAP["ContinueServiceDeployment"] = _continue


def succeed(service: Service, deployment: Deployment, stage: str, goes_on: Callable[[], bool]) -> bool:
    """Run all hooks of a stage; whether the deployment may go on. Gives up where it does not go on anyway."""
    runs = [_Run(service, deployment, stage, hook) for hook in of_stage(_hooks(deployment), stage)]
    service_history.record(deployment)["hooks"] = [run.told for run in runs]
    while goes_on() and any(run.told["status"] in _OPEN for run in runs):
        for run in runs:
            run.look()
        if any(run.failed for run in runs):
            return False
        time.sleep(_TICK)
    return not any(run.failed for run in runs)


def tell(service: Service, deployment: Deployment, stage: str) -> None:
    """Invoke the functions of a stage whatever they answer, as that of a shift which a rollback takes back."""
    for hook in of_stage(_hooks(deployment), stage):
        if kind(hook) == "AWS_LAMBDA":
            _Run(service, deployment, stage, hook).look()


def _hooks(deployment: Deployment) -> list[Hook]:
    return list(service_history.record(deployment)["configuration"].get("lifecycleHooks") or [])


class _Run:
    """One hook at one stage."""

    def __init__(self, service: Service, deployment: Deployment, stage: str, hook: Hook) -> None:
        self.service, self.deployment, self.stage, self.hook = service, deployment, stage, hook
        minutes, action = timeout(hook)
        pause = kind(hook) == "PAUSE"
        self.told: dict[str, Any] = {
            "hookId": f"ecs-{'pause' if pause else 'lambda'}-{secrets.token_urlsafe(32)}",
            "targetType": kind(hook),
            "status": "AWAITING_ACTION" if pause else "IN_PROGRESS",
            "expiresAt": time.time() + minutes * 60,
            "timeoutAction": action,
            **({} if pause else {"targetArn": hook["hookTargetArn"]}),
        }
        self.execution, self.due = new_uuid(), 0.0
        self.details = lifecycle_hooks.details(hook)

    @property
    def failed(self) -> bool:
        status = self.told["status"]
        return status == "FAILED" or (status == "TIMED_OUT" and self.told["timeoutAction"] == "ROLLBACK")

    def look(self) -> None:
        """Ask the function if it is due, and whether the time is over."""
        if self.told["status"] == "IN_PROGRESS" and time.monotonic() >= self.due:
            said = answer(_invoked(self.hook["hookTargetArn"], self._event()))
            self.details.update(said.details)
            self.told["status"], self.due = said.status, time.monotonic() + said.delay
        if self.told["status"] in _OPEN and time.time() > self.told["expiresAt"]:
            self.told["status"] = "TIMED_OUT"

    def _event(self) -> dict[str, Any]:
        shares: dict[str, dict[str, float]] = {
            traffic: {
                revision_arn(self.service, number): percent
                for number, percent in traffic_shift.shares(self.service, self.deployment, traffic).items()
            }
            for traffic in traffic_shift.RULES
        }
        told = brief(self.service, self.deployment)
        target = told["targetServiceRevisionArn"]
        made = event(self.stage, self.execution, told["serviceDeploymentArn"], told["serviceArn"], target, shares)
        return {**made, **({"hookDetails": self.details} if self.details else {})}


def _invoked(function: str, told: dict[str, Any]) -> Any:
    """What a function returns; None where it is not there or fails."""
    found, config, _ = lambda_svc._get_func_record_for_ref_in_scope(function, account_id=get_account_id(), region=get_region())
    if not found or not config:
        return None
    try:
        result = lambda_svc._execute_function_with_config_scope(lambda_svc._execution_record_for_config(found, config), told)
    except Exception:
        return None  # as where it raises itself: the deployment fails, whatever the reason
    if result.get("error") or result.get("throttle"):
        return None
    body = result.get("body")
    try:
        return json.loads(body) if isinstance(body, str | bytes) else body
    except ValueError:
        return None


def _continue(data: dict[str, Any]) -> Any:
    arn, action = data.get("serviceDeploymentArn", ""), data.get("action") or "CONTINUE"
    found = service_deployments.find(arn)
    if not found:
        return error_response_json("ServiceDeploymentNotFoundException", "Service deployment not found.")
    if action not in {"CONTINUE", "ROLLBACK"}:
        return error_response_json("InvalidParameterException", f"Invalid action: {action}.")
    record = service_history.record(found[1])
    hooks = [one for one in record.get("hooks") or [] if one["hookId"] == data.get("hookId")]
    if record["status"] != "IN_PROGRESS" or not hooks or hooks[0]["status"] != "AWAITING_ACTION":
        return error_response_json("InvalidParameterException", "The lifecycle hook is not awaiting an action.")
    hooks[0]["status"] = "SUCCEEDED" if action == "CONTINUE" else "FAILED"
    return json_response({"serviceDeploymentArn": arn})
