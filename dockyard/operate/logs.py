"""What services print: all their tasks, merged by time, with the end of each task and why it ended."""

import heapq
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from dockyard.doors.aws import Aws
from dockyard.doors.log_group import Event, LogGroup
from dockyard.doors.tasks import described, log_of, routed, why
from dockyard.operate.deployed import LOG_GROUP, TASK_DEFINITION, Deployed
from dockyard.operate.run import container_of

PAUSE = 1.0
"""Seconds between two looks, at least."""
GROUPS_A_SECOND = 3
"""That are looked at: AWS lets an account ask five times a second.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
_THROTTLED = ("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "ServiceUnavailable")
_LOOKS_PER_TASKS = 5
"""So many looks at the logs for one at the tasks."""
_OF_ROUTER = re.compile(r"(?:.*/)?(.+)-firelens-([0-9a-f]{32})")
_OF_FUNCTION = re.compile(r"\d{4}/\d\d/\d\d/\[[^]]*\](.+)")


@dataclass(frozen=True)
class Line:
    """One that was printed, or the end of a task."""

    at: datetime
    service: str
    container: str
    """Empty for the end of a task."""
    task: str
    """Id."""
    text: str
    is_end: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which lines."""

    since: datetime
    text: str = ""
    """That they must have, as it is written."""
    only_stopped: bool = False
    """Of tasks that have stopped: ECS knows them for an hour."""


class Tail:
    """The lines of some services."""

    def __init__(self, aws: Aws, services: Sequence[Deployed], wanted: Wanted) -> None:
        self._aws, self._services, self._wanted = aws, services, wanted
        self._groups = [(one.name, LogGroup(aws, group, wanted.since)) for one in services for group in one.of(LOG_GROUP)]
        self._pause = max(PAUSE, len(self._groups) / GROUPS_A_SECOND)
        self._ended: set[str] = set()

    def lines(self) -> Iterator[Line]:
        """What there is, in order."""
        yield from self._merged(self._ends())

    def follow(self, on_fault: Callable[[str], None]) -> Iterator[Line]:
        """What there is, then what comes, without end.

        :param on_fault: told once that AWS does not answer, or asks for less: nothing new is known until it does.
        """
        yield from self.lines()
        look, is_told = 0, False
        while True:
            time.sleep(self._pause)
            look += 1
            try:
                yield from self._merged([] if look % _LOOKS_PER_TASKS else self._ends())
                is_told = False
            except (ClientError, BotoConnectionError, HTTPClientError) as error:
                if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") not in _THROTTLED:
                    raise
                if not is_told:
                    on_fault(f"nothing new for now: {error}")
                is_told = True

    def _merged(self, ends: Sequence[Line]) -> Iterator[Line]:
        printed = [self._printed(service, group) for service, group in self._groups]
        for line in heapq.merge(*printed, ends, key=_order):
            if self._wanted.text in line.text and (line.task in self._ended or not self._wanted.only_stopped):
                yield line

    def _printed(self, service: str, group: LogGroup) -> Iterator[Line]:
        return (line_of(service, event) for event in group.new())

    def _ends(self) -> list[Line]:
        """Of tasks that have stopped and were not told yet."""
        found = []
        for one in self._services:
            for task in stopped_tasks(self._aws, one):
                line = end_of(one.name, task)
                if line and line.task not in self._ended and line.at >= self._wanted.since:
                    self._ended.add(line.task)
                    found.append(line)
        return sorted(found, key=_order)


def _order(line: Line) -> datetime:
    """A task has ended after its last line, whatever the clocks say by which ECS and its server tell the time."""
    return line.at + timedelta(seconds=1) if line.is_end else line.at


def routed_to(aws: Aws, found: Deployed) -> str | None:
    """Where a log router sends what the tasks of a service print, in a few words; None where it is in log groups of its stack."""
    client: Any = aws.ecs
    for definition in found.of(TASK_DEFINITION)[:1]:
        container = container_of(client.describe_task_definition(taskDefinition=definition)["taskDefinition"])
        log = log_of(container, "")
        return None if log and log[0] in found.of(LOG_GROUP) else routed(container)
    return None


def stopped_tasks(aws: Aws, found: Deployed) -> list[Mapping[str, Any]]:
    """Those of a service, a job or a task that ended in the last hour."""
    if found.service:
        cluster, name = found.service
        return described(aws, cluster, serviceName=name, desiredStatus="STOPPED")
    if found.family:
        cluster, family = found.family
        return described(aws, cluster, family=family, desiredStatus="STOPPED")
    return []


def line_of(service: str, event: Event) -> Line:
    """What was printed; the name of a stream is prefix/container/task, but for sessions of ECS Exec, for log routers, and for
    functions, whose streams are named by day, version and instance.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    if match := _OF_ROUTER.fullmatch(event.stream):
        return Line(event.at, service, match[1], match[2], event.text)
    if match := _OF_FUNCTION.fullmatch(event.stream):
        return Line(event.at, service, "function", match[1], event.text)
    parts = event.stream.split("/")
    container, task = (parts[-2], parts[-1]) if len(parts) > 2 else ("exec", event.stream)
    return Line(event.at, service, container, task, event.text)


def end_of(service: str, task: Mapping[str, Any]) -> Line | None:
    """The end of a task, as DescribeTasks tells of it; None while it stops."""
    if "stoppedAt" not in task:
        return None
    return Line(task["stoppedAt"], service, "", task["taskArn"].rsplit("/", 1)[-1], f"stopped: {why(task)}", is_end=True)
