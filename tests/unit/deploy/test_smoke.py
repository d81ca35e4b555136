"""What a smoke test was answered; AWS is one that gives the answers of the test."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.smoke import SmokeWatch

FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Environment": {"Variables": {"PATHS": "[]"}}, "LoggingConfig": {"LogGroup": {"Ref": "SmokeLogs"}}},
}


class Account:
    """A stack that has its log group after a while, and what is printed there."""

    def __init__(self):
        self.cloudformation = self.logs = self
        self.exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)
        self.made, self.lines = False, []

    def describe_stack_resources(self, StackName):  # noqa: N803
        assert StackName == "shop-dev-web"
        return {"StackResources": [{"LogicalResourceId": "SmokeLogs", "PhysicalResourceId": "group"}] if self.made else []}

    def get_paginator(self, operation):
        assert operation == "filter_log_events"
        return self

    def paginate(self, logGroupName, startTime):  # noqa: N803
        assert logGroupName == "group"
        assert startTime > (datetime.now(UTC) - timedelta(minutes=10)).timestamp() * 1000
        now = int(datetime.now(UTC).timestamp() * 1000)
        yield {"events": [{"eventId": one, "timestamp": now, "logStreamName": "s", "message": one} for one in self.lines]}


def _artifact(resources):
    return StackArtifact(
        "shop-dev-web", json.dumps({"Resources": resources}), {}, {}, False, None, None, (), None, (), None, None
    )


def test_each_answer_is_told_once_and_nothing_else_of_the_log():
    account = Account()
    watch = SmokeWatch(account, _artifact({"Smoke": FUNCTION}))
    assert watch.look() == []
    account.made, account.lines = True, ["START RequestId: 1", "GET /up: 500\n"]
    assert watch.look() == watch.bad == ["GET /up: 500"]
    account.lines += ["GET /up: 200\n", "END RequestId: 1"]
    assert watch.look() == ["GET /up: 200"]
    assert watch.bad == ["GET /up: 500"]


def test_nothing_is_asked_of_a_service_without_a_smoke_test():
    other = {**FUNCTION, "Properties": {"Environment": {"Variables": {"STARTED_BY": "before-web"}}}}
    assert SmokeWatch(None, _artifact({"Before": other})).look() == []
