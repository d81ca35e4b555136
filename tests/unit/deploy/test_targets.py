"""When a failed health check is a fault, and when the app only starts; AWS is one that gives the answers of the test."""

import json
from types import SimpleNamespace

import pytest

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.targets import TargetWatch

GROUP = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"HealthCheckIntervalSeconds": 5}}
SERVICE = {
    "Type": "AWS::ECS::Service",
    "Properties": {"LoadBalancers": [{"ContainerPort": 9000, "TargetGroupArn": {"Ref": "Group"}}]},
}
REFUSED = {"State": "initial", "Reason": "Target.FailedHealthChecks", "Description": "Health checks failed"}
MISMATCH = {
    "State": "unhealthy",
    "Reason": "Target.ResponseCodeMismatch",
    "Description": "Health checks failed with these codes: [404]",
}
REGISTERED = {"State": "initial", "Reason": "Elb.RegistrationInProgress"}
HEALTHY = {"State": "healthy"}
NO_ANSWER = "nothing listens on port 9000 of the container, or what does speaks no HTTP, or ends the connection without an answer"


class Account:
    """A target group, and the hour."""

    def __init__(self):
        self.now, self.targets = 0.0, {}
        self.cloudformation = self.elbv2 = self

    def get_template(self, **_):
        return {"TemplateBody": None}

    def describe_stack_resources(self, **_):
        resource = {"LogicalResourceId": "Group", "PhysicalResourceId": "arn:group", "ResourceType": GROUP["Type"]}
        return {"StackResources": [resource]}

    def describe_target_health(self, **_):
        # A server's port is not the container's.
        found = [{"Target": {"Id": id, "Port": 32768}, "TargetHealth": health} for id, health in self.targets.items()]
        return {"TargetHealthDescriptions": found}


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def watch(account):
    template = json.dumps({"Resources": {"Group": GROUP, "Service": SERVICE}})
    artifact = SimpleNamespace(name="web", template=template)
    artifact.resources = lambda kind: StackArtifact.resources(artifact, kind)
    found = TargetWatch(account, artifact, clock=lambda: account.now)

    def at(now, **targets):
        account.now, account.targets = now, targets
        failed = found.look()
        return failed and failed.text()

    found.at = at
    return found


def test_an_app_that_starts_is_waited_for_and_no_fault(watch):
    assert watch.at(0, a=REGISTERED) is None
    assert watch.waits == ""
    assert watch.at(1, a=REFUSED) is None
    assert watch.waits == "waits for the first good answer to GET / on port 9000"
    assert watch.at(15, a=REFUSED) is None
    assert watch.at(16, a=HEALTHY) is None
    assert (watch.waits, watch.last) == ("", None)


def test_what_lasts_is_told_once_and_again_where_it_changes(watch):
    assert watch.at(0, a=REFUSED) is None
    assert watch.at(16, a=REFUSED) == NO_ANSWER
    assert watch.at(18, a=REFUSED) is None
    assert watch.at(20, a=MISMATCH) == (
        "GET / on port 9000: Health checks failed with these codes: [404] (wanted: 200; http.health in service.yaml)"
    )


@pytest.mark.parametrize(
    "after", [{}, {"b": REGISTERED}, {"a": {"State": "draining", "Reason": "Target.DeregistrationInProgress"}}]
)
def test_a_task_that_is_given_up_before_it_was_healthy_is_told_at_once(watch, after):
    assert watch.at(0, a=REFUSED) is None
    assert watch.at(7, **after) == NO_ANSWER
    assert watch.last.text() == NO_ANSWER


def test_a_second_task_that_starts_later_is_given_its_own_time(watch):
    watch.at(0, a=REFUSED)
    assert watch.at(10, a=HEALTHY, b=REFUSED) is None
    assert watch.at(20, a=HEALTHY, b=REFUSED) is None
    assert watch.at(26, a=HEALTHY, b=REFUSED) == NO_ANSWER


@pytest.mark.parametrize(
    ("before", "seconds"),
    [
        ({}, 0),
        ({"Group": {"Properties": GROUP["Properties"]}}, 0),
        ({"Group": {"Properties": {**GROUP["Properties"], "Port": 80}}}, 0),
        ({"Group": {"Properties": {**GROUP["Properties"], "HealthCheckPath": "/up"}}}, 20),
        ({"Group": {"Properties": {**GROUP["Properties"], "Matcher": {"HttpCode": "204"}}}}, 20),
    ],
)
def test_a_check_that_the_stack_changes_is_waited_for(account, before, seconds):
    artifact = SimpleNamespace(name="web", template=json.dumps({"Resources": {"Group": GROUP, "Service": SERVICE}}))
    artifact.resources = lambda kind: StackArtifact.resources(artifact, kind)
    for body in ({"Resources": before}, json.dumps({"Resources": before})):
        account.get_template = lambda body=body, **_: {"TemplateBody": body}
        found = TargetWatch(account, artifact)
        assert found.seconds == 0
        found.look()
        account.get_template = None  # it is the one before the change that counts
        found.look()
        assert found.seconds == seconds
