"""A custom resource whose function fails, or ends without an answer, fails at once, with the reason.

On AWS the stack waits an hour for an answer that does not come; here nobody wants to. Where `ServiceTimeout` says how long to
wait it is waited, and while a provider's state machine still asks `isComplete`.
Inline functions have the modules `cfnresponse` (Python) and `cfn-response` (Node), as Lambda gives them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

import io
import time
import zipfile
from collections.abc import Mapping
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource, provisioners

from dockyard.local.extensions.instance import Instance

GRACE_SECONDS = 3.0
"""An answer may come from what the function has started, shortly after its end."""
_TICK = 0.05
_NO_ANSWER = (
    "CloudFormation did not receive a response from your Custom Resource. "
    "Please check your logs for requestId [{request}]. {function} {why}"
)
_PYTHON = """import json
import urllib3

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    answer = {
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    body = json.dumps(answer)
    urllib3.PoolManager().request("PUT", event["ResponseURL"], headers={"content-type": ""}, body=body)
"""
_NODE = """exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";
exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) => {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false, Data: responseData,
  });
  return fetch(event.ResponseURL, { method: "PUT", headers: { "content-type": "" }, body })
    .then(() => context.done && context.done());
};
"""


def install(_: Instance) -> None:
    """Look at the function's end; add the modules to what is inline."""
    execute, zip_inline = lambda_svc._execute_function_with_config_scope, provisioners._zip_inline

    def execute_and_look(function: dict[str, Any], event: Any) -> Any:
        if not isinstance(event, dict) or "/_ministack/cfn-response/" not in str(event.get("ResponseURL")):
            return execute(function, event)
        result: Any = None
        try:
            result = execute(function, event)
        except Exception as error:
            _answer(event, _why(event, function, f"could not be run: {error}"))
            raise
        if isinstance(result, dict) and (result.get("error") or result.get("throttle")):
            _answer(event, _why(event, function, f"failed: {_told(result)}"))
        elif not _waits(event, function) and not _answered(event, GRACE_SECONDS):
            _answer(event, _why(event, function, "ended without sending a response"))
        return result

    def zip_with_modules(source: str | None, handler: str, runtime: str = "python3.12") -> bytes | None:
        archive = zip_inline(source, handler, runtime)
        return _with_modules(archive, runtime) if archive else None

    lambda_svc._execute_function_with_config_scope = execute_and_look
    provisioners._zip_inline = zip_with_modules


def _token(event: Mapping[str, Any]) -> str:
    return str(event["ResponseURL"]).rsplit("/", 1)[-1]


def _answered(event: Mapping[str, Any], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        entry = custom_resource._pending.get(_token(event))
        if entry is None or entry["result"] is not None:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(_TICK)


def _answer(event: Mapping[str, Any], reason: str) -> None:
    """In the function's place, unless it has answered before it failed."""
    if not _answered(event, 0):
        custom_resource.deliver_response(_token(event), {"Status": "FAILED", "Reason": reason})


def _waits(event: Mapping[str, Any], function: Mapping[str, Any]) -> bool:
    """Whether an answer may come much later: as the template says, or by the waiter of CDK's provider framework."""
    variables = (_config(function).get("Environment") or {}).get("Variables") or {}
    return "ServiceTimeout" in event["ResourceProperties"] or "WAITER_STATE_MACHINE_ARN" in variables


def _config(function: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = function.get("config") or function
    return found


def _why(event: Mapping[str, Any], function: Mapping[str, Any], what: str) -> str:
    return _NO_ANSWER.format(request=event["RequestId"], function=f"Function {_config(function).get('FunctionName')}", why=what)


def _told(result: Mapping[str, Any]) -> str:
    body = result.get("body")
    told = body.get("errorMessage") or body.get("message") if isinstance(body, dict) else None
    return str(told or body or "unknown error")


def _with_modules(archive: bytes, runtime: str) -> bytes:
    changed = io.BytesIO(archive)
    with zipfile.ZipFile(changed, "a") as opened:
        if runtime.startswith("nodejs"):
            opened.writestr("node_modules/cfn-response/index.js", _NODE)
        else:
            opened.writestr("cfnresponse.py", _PYTHON)
    return changed.getvalue()
