"""What a plan tells of a stack, with a deployer that says how it is."""

import json
from types import SimpleNamespace

import pytest

from dockyard.deploy.planned_stack import StackAction, StackPlanner


def template(**resources):
    return json.dumps(
        {"Resources": {id: {"Type": type_name, "Properties": given} for id, (type_name, given) in resources.items()}}
    )


def planned(monkeypatch, before, after, status="UPDATE_COMPLETE"):
    stack = {"StackStatus": status, "Tags": []}
    client = SimpleNamespace(
        describe_stacks=lambda **_: {"Stacks": [stack]}, get_template=lambda **_: {"TemplateBody": before}
    )  # fmt: skip
    reading = SimpleNamespace(cloudformation=client, parameters=lambda _: {})
    planner = StackPlanner(SimpleNamespace(aws=None, reading=reading))
    monkeypatch.setattr(planner._deployer, "is_as_wanted", lambda _: None if status == "ROLLBACK_COMPLETE" else False)
    artifact = SimpleNamespace(
        name="web", template=after, tags={}, termination_protection=False, parameter_defaults=lambda: {}
    )  # fmt: skip
    return planner.stack(artifact)


@pytest.mark.parametrize(
    ("resource", "before", "after", "told"),
    [
        (
            "AWS::SQS::Queue",
            {"QueueName": "a"},
            {"QueueName": "b"},
            "without --allow-data-loss: a new queue One has not what is in the old one",
        ),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            {"Port": 1},
            {"Port": 2},
            "without --allow-interruption: requests fail while One",
        ),
    ],
)
def test_what_a_deploy_refuses_is_told(monkeypatch, resource, before, after, told):
    found = planned(monkeypatch, template(One=(resource, before)), template(One=(resource, after)))
    (because,) = found.because
    assert because.startswith("deploy refuses this ")
    assert told in because


def test_what_is_changed_in_place_is_not_refused(monkeypatch):
    resource = "AWS::SQS::Queue"
    before, after = ({"VisibilityTimeout": seconds} for seconds in (1, 2))
    found = planned(monkeypatch, template(One=(resource, before)), template(One=(resource, after)))
    assert (found.action, found.because) == (StackAction.UPDATE, ())


@pytest.mark.parametrize(("status", "asks"), [("ROLLBACK_COMPLETE", False), ("CREATE_FAILED", True), ("DELETE_FAILED", True)])
def test_a_stack_that_is_deleted_first_is_created(monkeypatch, status, asks):
    one = template(One=("AWS::SQS::Queue", {}))
    found = planned(monkeypatch, one, one, status)
    (because,) = found.because
    assert (found.action, because.endswith(", and asks before")) == (StackAction.CREATE, asks)
    assert because.startswith(f"its state is {status}: ")


def test_one_that_goes_back_first_is_changed(monkeypatch):
    one = template(One=("AWS::SQS::Queue", {}))
    found = planned(monkeypatch, one, template(One=("AWS::SQS::Queue", {"VisibilityTimeout": 1})), "UPDATE_FAILED")
    assert found.action is StackAction.UPDATE
    assert found.because[0].endswith("a deploy begins by going back to what was before")
