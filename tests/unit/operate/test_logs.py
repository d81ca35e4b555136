"""Lines of several services and tasks, merged; that CloudWatch Logs answers so is in the integration tests."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.doors.log_group import Event, LogGroup
from dockyard.operate.deployed import Deployed
from dockyard.operate.logs import Line, Tail, Wanted, end_of, line_of

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
GROUPS = {"web": "g-web", "mail": "g-mail"}


class MissingError(Exception):
    pass


class Logs:
    """In place of boto3's client, of groups that tests add events to."""

    exceptions = SimpleNamespace(ResourceNotFoundException=MissingError)

    def __init__(self):
        self.groups = {}

    def print(self, group, second, task, text, container="app"):
        events = self.groups.setdefault(group, [])
        events.append(
            {
                "eventId": f"{group}{len(events)}",
                "timestamp": stamp(second),
                "message": text,
                "logStreamName": f"app/{container}/{task}",
            }
        )

    def get_paginator(self, call):
        assert call == "filter_log_events"
        return self

    def paginate(self, logGroupName, startTime):  # noqa: N803
        if logGroupName not in self.groups:
            raise MissingError
        events = [one for one in self.groups[logGroupName] if one["timestamp"] >= startTime]
        yield {"events": sorted(events, key=lambda one: one["timestamp"])[:1]}
        yield {"events": sorted(events, key=lambda one: one["timestamp"])[1:]}


class Ecs:
    def __init__(self, stopped):
        self.stopped = stopped

    def get_paginator(self, _):
        return self

    def paginate(self, serviceName, **_):  # noqa: N803
        yield {"taskArns": [task["taskArn"] for task in self.stopped if task["of"] == serviceName]}

    def describe_tasks(self, cluster, tasks):
        return {"tasks": [one for one in self.stopped if one["taskArn"] in tasks]}


def stamp(second):
    return int((NOW + timedelta(seconds=second)).timestamp() * 1000)


@pytest.fixture
def account():
    ended = {"of": "web", "taskArn": "arn/c/t1", "stoppedReason": "ended", "stoppedAt": NOW + timedelta(seconds=3)}
    return SimpleNamespace(logs=Logs(), ecs=Ecs([ended]))


def tail(account, **wanted):
    found = [
        Deployed(name, NOW, "", {}, {"AWS::Logs::LogGroup": [group], "AWS::ECS::Service": [f"arn/c/{name}"]})
        for name, group in GROUPS.items()
    ]
    return Tail(account, found, Wanted(NOW, **wanted))


def told(lines):
    return [f"{line.service}/{line.task} {line.text}" for line in lines]


def test_lines_of_all_tasks_are_merged_and_a_task_ends_after_its_last_line(account):
    for group, second, task, text in [
        ("g-web", 1, "t1", "a"), ("g-web", 3.5, "t1", "last"), ("g-web", 2, "t2", "b"), ("g-mail", 1.5, "t9", "c"),
    ]:  # fmt: skip
        account.logs.print(group, second, task, text)
    assert told(tail(account).lines()) == ["web/t1 a", "mail/t9 c", "web/t2 b", "web/t1 last", "web/t1 stopped: ended"]
    assert told(tail(account, text="a").lines()) == ["web/t1 a", "web/t1 last"]
    assert told(tail(account, only_stopped=True).lines()) == ["web/t1 a", "web/t1 last", "web/t1 stopped: ended"]


def test_what_comes_late_is_told_once_and_so_is_an_end(account):
    account.logs.print("g-web", 10, "t2", "a")
    found = tail(account)
    assert told(found.lines()) == ["web/t1 stopped: ended", "web/t2 a"]
    account.logs.print("g-web", 9, "t3", "late")
    account.logs.print("g-mail", 11, "t9", "new")
    assert told(found.lines()) == ["web/t3 late", "mail/t9 new"]
    assert told(found.lines()) == []


def test_a_group_begins_where_it_is_told_to(account):
    account.logs.print("g-web", -1, "t1", "before")
    account.logs.print("g-web", 1, "t1", "after\n")
    assert [event.text for event in LogGroup(account, "g-web", NOW).new()] == ["after"]
    assert [event.text for event in LogGroup(account, "g-web").new()] == ["before", "after"]
    assert list(LogGroup(account, "none").new()) == []


def test_a_stream_tells_container_and_task_and_a_session_of_exec_is_its_own():
    assert line_of("web", Event(NOW, "app/proxy/t1", "x")) == Line(NOW, "web", "proxy", "t1", "x")
    assert line_of("web", Event(NOW, "ecs-execute-command-1", "x")) == Line(NOW, "web", "exec", "ecs-execute-command-1", "x")


def test_a_task_that_still_stops_has_no_end():
    assert end_of("web", {"taskArn": "arn/c/t1", "stoppedReason": "x"}) is None
