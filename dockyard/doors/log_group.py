"""What containers print to CloudWatch Logs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dockyard.doors.aws import Aws

LATE = timedelta(seconds=15)
"""How long after its time a line may come: the log driver sends lines in batches, and streams do not wait for each other."""
CLOCKS = timedelta(minutes=5)
"""How far our clock may be off: AWS takes no request that says a time further off."""
EVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Event:
    """A line in a stream."""

    at: datetime
    stream: str
    text: str


class LogGroup:
    """A log group, of which each line is told once."""

    def __init__(self, aws: Aws, name: str, since: datetime = EVER, streams: Sequence[str] = ()) -> None:
        """Read from a time on.

        :param streams: those alone. Default: all, also those that begin later.
        """
        self._aws, self._since, self._newest = aws, since, since
        self._asked: dict[str, Any] = {"logGroupName": name} | ({"logStreamNames": list(streams)} if streams else {})
        self._told: dict[str, datetime] = {}

    def new(self) -> Iterator[Event]:
        """What was printed since the last time, in order; nothing where the group or stream is not there (yet)."""
        begin, looked = max(self._since, self._newest - LATE), datetime.now(UTC)
        self._told = {id: at for id, at in self._told.items() if at >= begin}
        pages = self._aws.logs.get_paginator("filter_log_events").paginate(**self._asked, startTime=_milliseconds(begin))
        try:
            for page in pages:
                yield from self._untold(page["events"])
            self._newest = max(self._newest, looked - CLOCKS)  # what was quiet is not read anew
        except self._aws.logs.exceptions.ResourceNotFoundException:
            return

    def _untold(self, events: Sequence[Any]) -> Iterator[Event]:
        for event in events:
            if event["eventId"] not in self._told:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                self._told[event["eventId"]] = at
                self._newest = max(self._newest, at)
                yield Event(at, event["logStreamName"], event["message"].rstrip("\n"))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
