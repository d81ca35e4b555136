"""Events run ECS tasks and are written to log groups; what is not delivered is tried again, then goes to a dead-letter queue.

- A rule's target that is a cluster runs `TaskCount` tasks of `EcsParameters`; its input, where that is an object with
  `containerOverrides`, overrides their settings. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
- A target that is a log group gets the event as a log event.
- `RetryPolicy` and `DeadLetterConfig` of such a target; a target that is not there is not tried again.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import eventbridge

from dockyard.local import own_api
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.task_definitions import camel

MOST_ATTEMPTS, LONGEST_SECONDS = 185, 86400
"""What a target's `RetryPolicy` is where it says nothing."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_OF_RUN_TASK = {
    "capacityProviderStrategy", "enableECSManagedTags", "enableExecuteCommand", "group", "launchType", "networkConfiguration",
    "placementConstraints", "placementStrategy", "platformVersion", "propagateTags", "referenceId",
}  # fmt: skip
_NOT_THERE = {"ClusterNotFoundException", "ResourceNotFoundException"}
_generation = 0


class NotDeliveredError(Exception):
    """The target refused, in its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    target: Mapping[str, Any]
    act: Callable[[], None]
    """Raises NotDeliveredError."""
    body: str
    """Of the message in the dead-letter queue."""
    attributes: Mapping[str, str]
    """Of that message, besides those of the failure."""
    at_once: frozenset[str] = field(default_factory=frozenset)
    """Codes of failures that are not tried again."""


def install(_: Instance) -> None:
    """Deliver to clusters and log groups; the rest goes its way."""
    original = eventbridge._invoke_target

    def invoke(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        act = _ACTS.get(_service(target["Arn"]))
        if act is None:
            original(target, event, rule, view)
            return
        view = view or eventbridge._pattern_event_view(event)
        payload, account, region = _input(target, rule, view), get_account_id(), get_region()
        delivery = Delivery(
            target=target,
            act=lambda: act(target, payload, f"events-rule/{rule['Name']}", account, region),
            body=json.dumps(view.event_with_detail()),
            attributes={"RULE_ARN": rule["Arn"], "TARGET_ARN": target["Arn"]},
            at_once=frozenset(_NOT_THERE),
        )
        in_background(lambda: deliver(delivery, account, region), account, region)

    eventbridge._invoke_target = invoke


def reset() -> None:
    """Deliver nothing more of what is still tried."""
    global _generation  # noqa: PLW0603
    _generation += 1


def in_background(work: Callable[[], None], account: str, region: str) -> None:
    """Do it in a thread, in the name of the account."""

    def run() -> None:
        with request_scope(account, region):
            work()

    spawn_background(run, thread_name="dockyard-event")


def deliver(delivery: Delivery, account: str, region: str) -> None:
    """Try as often and as long as the target's `RetryPolicy` says, with growing pauses; then its dead-letter queue."""
    policy = delivery.target.get("RetryPolicy") or {}
    most = int(policy.get("MaximumRetryAttempts", MOST_ATTEMPTS))
    end = time.monotonic() + float(policy.get("MaximumEventAgeInSeconds", LONGEST_SECONDS))
    generation, attempt = _generation, 0
    while generation == _generation:
        try:
            delivery.act()
        except NotDeliveredError as error:
            pause = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
            exhausted = _exhausted(attempt >= most, time.monotonic() + pause > end)
            if exhausted or error.code in delivery.at_once:
                _bury(delivery, error, attempt, exhausted if error.code not in delivery.at_once else None, account, region)
                return
        else:
            return
        time.sleep(pause)
        attempt += 1


def _exhausted(attempts: bool, age: bool) -> str | None:
    return "MaximumRetryAttempts" if attempts else "MaximumEventAgeInSeconds" if age else None


def _bury(delivery: Delivery, error: NotDeliveredError, attempts: int, exhausted: str | None, account: str, region: str) -> None:
    eventbridge.logger.warning("not delivered to %s: %s: %s", delivery.target["Arn"], error.code, error.message)
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    values = {
        **delivery.attributes,
        "ERROR_CODE": "NO_RESOURCE" if error.code in delivery.at_once else error.code,
        "ERROR_MESSAGE": error.message,
        "RETRY_ATTEMPTS": str(attempts),
        **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {}),
    }
    sqs = own_api.client("sqs", account, region)
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    sqs.send_message(QueueUrl=url, MessageBody=delivery.body, MessageAttributes=attributes)


def run_task_request(target: Mapping[str, Any], payload: str | None, started_by: str) -> dict[str, Any]:
    """What `RunTask` is asked for a target with `EcsParameters`."""
    settings = camel(target.get("EcsParameters") or {})
    network = settings.get("networkConfiguration") or {}
    if "awsVpcConfiguration" in network:  # CloudFormation's name of it
        settings["networkConfiguration"] = {"awsvpcConfiguration": network["awsVpcConfiguration"]}
    tags = settings.get("tags") or settings.get("tagList")
    return {
        "cluster": target["Arn"],
        "taskDefinition": settings.get("taskDefinitionArn", ""),
        "count": int(settings.get("taskCount", 1)),
        "startedBy": started_by,
        **{name: settings[name] for name in sorted(_OF_RUN_TASK & settings.keys())},
        **({"tags": tags} if tags else {}),
        **({"overrides": overrides} if (overrides := _overrides(payload)) else {}),
    }


def run_task(request: Mapping[str, Any], account: str, region: str) -> None:
    """Raises NotDeliveredError in ECS's words; a cluster that is not there is not made."""
    ecs = own_api.client("ecs", account, region)
    if not call(lambda: ecs.describe_clusters(clusters=[request["cluster"]]))["clusters"]:
        raise NotDeliveredError("ClusterNotFoundException", "Cluster not found.")
    failures = call(lambda: ecs.run_task(**request))["failures"]
    if failures:
        raise NotDeliveredError(failures[0].get("reason", "Failure"), f"{failures[0].get('arn')}: {failures[0].get('reason')}")


def call(work: Callable[[], Any]) -> Any:
    """What it returns. Raises NotDeliveredError for what botocore raises."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return work()
    except ClientError as error:
        raise NotDeliveredError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise NotDeliveredError("ValidationException", str(error)) from error


def _run(target: Mapping[str, Any], payload: str, started_by: str, account: str, region: str) -> None:
    run_task(run_task_request(target, payload, started_by), account, region)


def _write(target: Mapping[str, Any], payload: str, _: str, account: str, region: str) -> None:
    logs = own_api.client("logs", account, region)
    group, stream = target["Arn"].split(":log-group:", 1)[-1].removesuffix(":*"), new_uuid()
    call(lambda: logs.create_log_stream(logGroupName=group, logStreamName=stream))
    event = {"timestamp": int(time.time() * 1000), "message": payload}
    call(lambda: logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event]))


_ACTS: dict[str, Callable[[Mapping[str, Any], str, str, str, str], None]] = {"ecs": _run, "logs": _write}


def _service(arn: str) -> str:
    return (arn.split(":") + [""] * 3)[2]


def _overrides(payload: str | None) -> dict[str, Any] | None:
    """The input as `overrides` of `RunTask`; None where it is something else, as the event itself."""
    try:
        found = json.loads(payload or "")
    except ValueError:
        return None
    known = {"containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn", "ephemeralStorage"}
    return found if isinstance(found, dict) and found and found.keys() <= known else None


def _input(target: Mapping[str, Any], rule: Mapping[str, Any], view: Any) -> str:
    """The event as the target wants it: whole, a part, a text of its own."""
    if target.get("InputTransformer"):
        return str(eventbridge._apply_input_transformer(target["InputTransformer"], rule, view))
    if target.get("Input"):
        return str(target["Input"])
    value = view.event_with_detail()
    for part in target.get("InputPath", "$").removeprefix("$").split("."):
        if part:
            value = value.get(part) if isinstance(value, dict) else None
    return json.dumps(value)
