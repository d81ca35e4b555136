"""The function that runs a command before a deployment, as it goes into the template; ECS is one that gives the test's answers."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

FUNCTION = Path(__file__).parents[2] / "constructs/dockyard_constructs/handlers/run_before.py"
EVENT = {"executionId": "1", "executionDetails": {"targetServiceRevisionArn": "arn:revision"}}
STACK = {"RequestId": "1", "ResourceProperties": {"Run": json.dumps({"cluster": "dev", "taskDefinition": "web:1"})}}


class Ecs:
    """Knows the task that it has started after so many questions."""

    def __init__(self, clock, known_after):
        self.clock, self.known_after, self.tags = clock, known_after, []

    def describe_service_revisions(self, **_):
        return {"serviceRevisions": [{"clusterArn": "dev", "taskDefinition": "web:1"}]}

    def list_tags_for_resource(self, **_):
        return {"tags": self.tags}

    def tag_resource(self, tags, **_):
        self.tags += tags

    def run_task(self, **_):
        return {"failures": [], "tasks": [{"taskArn": "arn:task/dev/1"}]}

    def describe_tasks(self, **_):
        self.clock.now += 5
        self.known_after -= 1
        task = {"lastStatus": "STOPPED", "containers": [{"name": "app", "exitCode": 0}]}
        return {"tasks": [] if self.known_after >= 0 else [task]}


@pytest.fixture
def function(monkeypatch):
    spec = importlib.util.spec_from_file_location("run_before", FUNCTION)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.time = SimpleNamespace(now=0, sleep=lambda _: None)
    module.time.time = lambda: module.time.now
    for name, value in {"CONTAINER": "app", "COMMAND": '["migrate"]', "STARTED_BY": "before-web"}.items():
        monkeypatch.setenv(name, value)
    return module


def _hook(function, ecs):
    function.boto3 = SimpleNamespace(client=lambda _: ecs)
    told = {"hookStatus": "IN_PROGRESS"}
    while told["hookStatus"] == "IN_PROGRESS":
        told = function.handler(json.loads(json.dumps({**EVENT, "hookDetails": told.get("hookDetails")})), None)
    return told["hookStatus"]


@pytest.mark.parametrize(("known_after", "status"), [(0, "SUCCEEDED"), (3, "SUCCEEDED"), (100, "FAILED")])
def test_a_deployment_waits_a_minute_for_a_task_that_ecs_does_not_know_yet(function, known_after, status):
    assert _hook(function, Ecs(function.time, known_after)) == status
    assert function.time.now == min(known_after + 1, 12) * 5


@pytest.mark.parametrize(("known_after", "failure"), [(0, ""), (3, ""), (100, "the command before failed: it is gone (task 1)")])
def test_a_stack_does_so_too(function, known_after, failure):
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)
    assert function.run(Ecs(function.time, known_after), STACK, context) == failure


def test_what_has_run_does_not_run_again(function):
    ecs = Ecs(function.time, 0)
    assert _hook(function, ecs) == "SUCCEEDED"
    ecs.run_task = None
    assert _hook(function, ecs) == "SUCCEEDED"
