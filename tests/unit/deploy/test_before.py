"""What the command before a deployment prints; AWS is one that gives the answers of the test."""

import json
import time
from types import SimpleNamespace

import pytest

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.before import BeforeWatch, is_before

OPTIONS = {"awslogs-group": "group", "awslogs-stream-prefix": "app"}
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"STARTED_BY": "before-web"}}}}


class Account:
    """Tasks that run the command, and what they print."""

    def __init__(self):
        self.ecs = self.logs = self
        self.exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)
        self.tasks, self.lines, self.knows = ["earlier"], [], True
        self.now, self.log = int(time.time() * 1000), {"options": OPTIONS}

    def list_tasks(self, cluster, startedBy, desiredStatus):  # noqa: N803
        assert (cluster, startedBy) == ("dev", "before-web")
        return {"taskArns": [f"arn:task/dev/{id}" for id in self.tasks] if desiredStatus == "STOPPED" else []}

    def describe_tasks(self, cluster, tasks):
        return {"tasks": [{"taskArn": arn, "taskDefinitionArn": "web:1"} for arn in tasks if self.knows]}

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        return {"taskDefinition": {"containerDefinitions": [{"name": "app", "logConfiguration": self.log}]}}

    def get_paginator(self, operation):
        assert operation == "filter_log_events"
        return self

    def paginate(self, logGroupName, logStreamNames, startTime):  # noqa: N803
        assert (logGroupName, logStreamNames) == ("group", ["app/app/now"])
        told = [
            {"eventId": str(number), "timestamp": self.now + number, "logStreamName": "app/app/now", "message": f"{line}\n"}
            for number, line in enumerate(self.lines)
        ]
        assert startTime <= self.now
        return [{"events": told}]


@pytest.fixture
def account():
    return Account()


def _watch(account, **resources):
    artifact = StackArtifact("web", json.dumps({"Resources": resources}), {}, {}, False, None, None, (), None, (), None, None)
    return BeforeWatch(account, artifact, "dev")


def test_each_line_is_told_once_and_none_of_the_deploy_before(account):
    watch = _watch(account, F=FUNCTION)
    assert watch.look() == []
    account.tasks, account.lines = ["earlier", "now"], ["one"]
    assert watch.look() == ["one"]
    account.lines = ["one", "two", "three"]
    assert watch.look() == ["two", "three"]
    assert watch.look() == []


def test_a_task_that_ecs_does_not_know_yet_is_looked_at_later(account):
    watch = _watch(account, F=FUNCTION)
    watch.look()
    account.tasks, account.lines, account.knows = ["now"], ["one"], False
    assert watch.look() == []
    account.knows = True
    assert watch.look() == ["one"]


def test_where_a_log_router_takes_it_that_is_told_once(account):
    watch = _watch(account, F=FUNCTION)
    watch.look()
    account.tasks, account.log = ["now"], {"logDriver": "awsfirelens", "options": {"Name": "s3", "bucket": "b"}}
    assert watch.look() == ["what it prints goes by FireLens to s3 b"]
    assert watch.look() == []


def test_a_service_without_such_a_command_is_not_asked(account):
    account.ecs = None
    assert _watch(account).look() == []


def test_tasks_of_it_are_told_from_those_of_the_service():
    assert is_before({"startedBy": "before-web"})
    assert not is_before({"startedBy": "ecs-svc/123"})
