"""What the command before a deployment prints; AWS is one that gives the answers of the test."""

import json
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
        self.tasks, self.lines = ["earlier"], []

    def list_tasks(self, cluster, startedBy, desiredStatus):  # noqa: N803
        assert (cluster, startedBy) == ("dev", "before-web")
        return {"taskArns": [f"arn:task/dev/{id}" for id in self.tasks] if desiredStatus == "STOPPED" else []}

    def describe_tasks(self, cluster, tasks):
        return {"tasks": [{"taskArn": arn, "taskDefinitionArn": "web:1"} for arn in tasks]}

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        return {"taskDefinition": {"containerDefinitions": [{"name": "app", "logConfiguration": {"options": OPTIONS}}]}}

    def get_log_events(self, logGroupName, logStreamName, startFromHead, nextToken="0"):  # noqa: N803
        assert (logGroupName, logStreamName, startFromHead) == ("group", "app/app/now", True)
        begin = int(nextToken)
        return {"events": [{"message": f"{line}\n"} for line in self.lines[begin:]], "nextForwardToken": str(len(self.lines))}


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


def test_a_service_without_such_a_command_is_not_asked(account):
    account.ecs = None
    assert _watch(account).look() == []


def test_tasks_of_it_are_told_from_those_of_the_service():
    assert is_before({"startedBy": "before-web"})
    assert not is_before({"startedBy": "ecs-svc/123"})
