"""CloudWatch has the metrics of queues: how many messages wait, how many are being worked on, how old the oldest is.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

import time
from collections import Counter
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import sqs

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.metrics import every, publish

_SECONDS = 1.0

_sent: Counter[str] = Counter()
"""Messages since they were published last, by the queue's ARN."""


def install(_: Instance) -> None:
    """Count and publish."""
    send = sqs._act_send_message

    def send_message(data: dict[str, Any], url: str) -> Any:
        answer = send(data, url)
        _sent[sqs._get_q(data.get("QueueUrl", url))["attributes"]["QueueArn"]] += 1
        return answer

    sqs._act_send_message = sqs._HANDLERS["SendMessage"] = send_message
    every(_SECONDS, _publish, "queue-metrics")


def reset() -> None:
    """Forget what was sent."""
    _sent.clear()


def _publish() -> None:
    for (account, region, _), queue in list(sqs._queues._data.items()):
        with request_scope(account, region):
            for name, (value, unit) in _metrics(queue).items():
                publish("AWS/SQS", name, {"QueueName": queue["name"]}, value, unit)


def _metrics(queue: dict[str, Any]) -> dict[str, tuple[float, str]]:
    now = time.time()
    messages = list(queue["messages"])
    visible = [message for message in messages if message.get("visible_at", 0) <= now]
    hidden = [message for message in messages if message.get("visible_at", 0) > now]
    flying = [message for message in hidden if message.get("receive_count", 0) > 0]
    ages = [now - message["sent_at"] for message in (*visible, *flying) if "sent_at" in message]
    return {
        "ApproximateNumberOfMessagesVisible": (len(visible), "Count"),
        "ApproximateNumberOfMessagesNotVisible": (len(flying), "Count"),
        "ApproximateNumberOfMessagesDelayed": (len(hidden) - len(flying), "Count"),
        "ApproximateAgeOfOldestMessage": (max(ages, default=0), "Seconds"),
        "NumberOfMessagesSent": (_sent.pop(queue["attributes"]["QueueArn"], 0), "Count"),
    }
