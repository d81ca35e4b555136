"""Every event of a log has an id, those of functions too, by which who follows a log knows what is new.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html
"""

from typing import Any
from uuid import uuid4

from ministack.services import cloudwatch_logs

from dockyard.local.extensions.instance import Instance


def install(_: Instance) -> None:
    """Give it to those that are written without one."""
    append = cloudwatch_logs._append_log_events

    def with_ids(stream: dict[str, Any], events: list[dict[str, Any]]) -> None:
        append(stream, [{"eventId": str(uuid4()), **event} for event in events])

    cloudwatch_logs._append_log_events = with_ids
