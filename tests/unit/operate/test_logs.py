"""Lines of several services and tasks, merged; that CloudWatch Logs answers so is in the integration tests."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockyard.doors.log_group import CLOCKS, LATE, Event, LogGroup
from dockyard.operate import logs as logs_module
from dockyard.operate.deployed import Deployed
from dockyard.operate.logs import Line, Tail, Wanted, end_of, line_of, routed_to

NOW = datetime.now(UTC).replace(microsecond=0)
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
    routed = f"log-router/cache-firelens-{'0a' * 16}"
    assert line_of("web", Event(NOW, routed, "x")) == Line(NOW, "web", "cache", "0a" * 16, "x")
    stream = "2026/11/26/[$LATEST]0a1b2c3d"
    assert line_of("web", Event(NOW, stream, "x")) == Line(NOW, "web", "function", "0a1b2c3d", "x")


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ({"logDriver": "awsfirelens", "options": {"Name": "kinesis_firehose", "delivery_stream": "all"}}, "kinesis_firehose all"),
        ({"logDriver": "awsfirelens", "options": {"Name": "cloudwatch_logs", "log_group_name": "far", "log_stream_prefix": "r/"}},
         "cloudwatch_logs far"),
        ({"logDriver": "awsfirelens", "options": {"Name": "cloudwatch_logs", "log_group_name": "own", "log_stream_prefix": "r/"}}, None),
        ({"logDriver": "awslogs", "options": {"awslogs-group": "own", "awslogs-stream-prefix": "app"}}, None),
    ],
)  # fmt: skip
def test_logs_that_are_in_no_group_of_the_stack_are_said_to_be_where_they_are(log, told):
    definition = {"containerDefinitions": [{"name": "app", "logConfiguration": log}, {"name": "log-router"}]}
    account = SimpleNamespace(ecs=SimpleNamespace(describe_task_definition=lambda **_: {"taskDefinition": definition}))
    resources = {"AWS::Logs::LogGroup": ["own", "router"], "AWS::ECS::TaskDefinition": ["arn:web:1"]}
    assert routed_to(account, Deployed("web", NOW, "", {}, resources)) == told
    assert routed_to(account, Deployed("web", NOW, "")) is None


def test_a_quiet_group_is_not_read_anew_from_its_beginning():
    asked = []

    def paginate(startTime, **_):  # noqa: N803
        asked.append(startTime)
        return [{"events": []}]

    logs = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=paginate), exceptions=Logs.exceptions)
    group = LogGroup(SimpleNamespace(logs=logs), "g", datetime.now(UTC) - timedelta(days=3))
    assert [*group.new(), *group.new()] == []
    assert 0 <= datetime.now(UTC).timestamp() * 1000 - asked[1] - (CLOCKS + LATE).total_seconds() * 1000 < 60_000


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "FilterLogEvents")
LOST = EndpointConnectionError(endpoint_url="https://logs")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "FilterLogEvents")


@pytest.mark.parametrize("fault", [THROTTLED, LOST])
def test_a_throttled_or_lost_call_is_nothing_new_and_told_once(account, monkeypatch, fault):
    pauses, faults = [], []
    monkeypatch.setattr(logs_module, "time", SimpleNamespace(sleep=pauses.append))
    found = tail(account)
    answers = iter([[], fault, fault, [], [end_of("web", account.ecs.stopped[0])]])

    def merged(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return iter(answer)

    monkeypatch.setattr(found, "_merged", merged)
    assert next(found.follow(faults.append)).is_end
    assert faults == [f"nothing new for now: {fault}"]
    assert pauses == [1.0] * 4


def test_what_may_not_be_read_ends_it(account, monkeypatch):
    monkeypatch.setattr(logs_module, "time", SimpleNamespace(sleep=lambda _: None))
    found, answers = tail(account), iter([[]])

    def merged(_):
        for answer in answers:
            return iter(answer)
        raise DENIED

    monkeypatch.setattr(found, "_merged", merged)
    with pytest.raises(ClientError):
        next(found.follow(pytest.fail))


def test_many_groups_are_looked_at_more_rarely(account):
    services = [Deployed(str(number), NOW, "", {}, {"AWS::Logs::LogGroup": [f"g{number}"]}) for number in range(12)]
    assert Tail(account, services, Wanted(NOW))._pause == 4


def test_a_task_that_still_stops_has_no_end():
    assert end_of("web", {"taskArn": "arn/c/t1", "stoppedReason": "x"}) is None
