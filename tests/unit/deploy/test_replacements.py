"""Changes that requests would notice; AWS is one that gives the answers of the test."""

import json
from types import SimpleNamespace

import pytest

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.replacements import Allowed, emptied, interrupting, refusal, turned_away

RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
CHANGE = {"ResourceType": RULE, "LogicalResourceId": "Rule", "PhysicalResourceId": "arn:rule", "Action": "Modify"}


class Account:
    """The rule `arn:rule`, which sends requests to two target groups by these weights."""

    def __init__(self, **weights):
        self.cloudformation = self.elbv2 = self
        self.exceptions = SimpleNamespace(RuleNotFoundException=LookupError, ListenerNotFoundException=LookupError)
        self.weights = weights

    def describe_stack_resources(self, **_):
        return {"StackResources": [{"LogicalResourceId": id, "PhysicalResourceId": f"arn:{id}"} for id in ("First", "Other")]}

    def describe_rules(self, RuleArns):  # noqa: N803
        if RuleArns != ["arn:rule"]:
            raise LookupError
        groups = [{"TargetGroupArn": f"arn:{id}", "Weight": weight} for id, weight in self.weights.items()]
        return {"Rules": [{"RuleArn": "arn:rule", "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}]}


def _stack(*shares):
    action = {"Type": "forward"}
    if len(shares) == 1:
        action["TargetGroupArn"] = {"Ref": shares[0][0]}
    else:
        action["ForwardConfig"] = {"TargetGroups": [{"TargetGroupArn": {"Ref": id}, "Weight": weight} for id, weight in shares]}
    return _artifact(action)


def _artifact(action):
    template = {"Resources": {"Rule": {"Type": RULE, "Properties": {"Actions": [action]}}}}
    tags = {"dockyard:service": "web", "dockyard:environment": "dev"}
    return StackArtifact("s", json.dumps(template), tags, {}, False, None, None, (), None, (), None, None)


BOTH, ALONE = _stack(("First", 100), ("Other", 0)), _stack(("First", 1))
PAGE = _artifact({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}})


@pytest.mark.parametrize(
    ("live", "stack", "refused"),
    [
        ({"First": 100, "Other": 0}, BOTH, []),
        ({"First": 0, "Other": 100}, BOTH, ["Rule"]),
        ({"First": 95, "Other": 5}, BOTH, ["Rule"]),
        ({"First": 100, "Other": 0}, ALONE, []),
        ({"First": 0, "Other": 100}, ALONE, ["Rule"]),
        ({"First": 1}, BOTH, []),
        ({"Unknown": 1}, BOTH, []),
        ({"First": 0, "Other": 100}, PAGE, []),
    ],
)
def test_a_rule_is_not_changed_while_the_tasks_are_where_the_template_does_not_send_requests(live, stack, refused):
    assert turned_away([CHANGE], stack, Account(**live)) == refused


def test_a_rule_that_went_with_its_listener_turns_nothing_away_and_hides_no_other():
    gone = {**CHANGE, "LogicalResourceId": "Gone", "PhysicalResourceId": "arn:gone"}
    assert turned_away([gone, CHANGE], BOTH, Account(First=0, Other=100)) == ["Rule"]
    assert turned_away([gone], BOTH, Account(First=0, Other=100)) == []


@pytest.mark.parametrize("change", [{**CHANGE, "Action": "Add"}, {**CHANGE, "ResourceType": TARGETS}])
def test_what_is_new_or_no_rule_turns_nothing_away(change):
    assert turned_away([change], BOTH, Account(First=0, Other=100)) == []


def test_a_target_group_that_is_replaced_interrupts():
    change = {"ResourceType": TARGETS, "LogicalResourceId": "First", "Action": "Modify"}
    assert interrupting([{**change, "Replacement": "True"}, {**change, "Replacement": "False"}]) == ["First"]


def test_what_is_refused_is_told_with_the_way_out():
    replaced = {"ResourceType": TARGETS, "LogicalResourceId": "First", "Action": "Modify", "Replacement": "True"}
    told = refusal([replaced], BOTH, Account(), Allowed())
    assert "its target group First would be replaced, as by a change of runs_on or http.protocol" in str(told)
    told = refusal([CHANGE], BOTH, Account(First=0, Other=100), Allowed())
    assert "its rule Rule would send requests to the other one, where no task is" in str(told)
    assert told.hint.startswith("run: dockyard restart web --env dev, ")
    assert refusal([CHANGE], BOTH, Account(First=100, Other=0), Allowed()) is None
    assert refusal([replaced, CHANGE], BOTH, Account(First=0, Other=100), Allowed(interruption=True)) is None


def test_a_load_balancer_that_is_replaced_is_refused():
    change = {**_of("ElasticLoadBalancingV2::LoadBalancer", "True"), "LogicalResourceId": "Front"}
    told = refusal([change], BOTH, Account(), Allowed())
    assert "its load balancer Front would be replaced, as by a change of load_balancer.cloudfront or nlb.reach" in str(told)
    assert refusal([change], BOTH, Account(), Allowed(interruption=True)) is None
    assert refusal([{**change, "Replacement": "False"}], BOTH, Account(), Allowed()) is None


def _of(type_, replacement):
    return {"ResourceType": f"AWS::{type_}", "LogicalResourceId": "Jobs", "Action": "Modify", "Replacement": replacement}


def test_what_holds_data_and_is_replaced_is_refused_and_other_changes_are_not():
    found = [
        _of("SQS::Queue", "True"),
        _of("DynamoDB::Table", "False"),
        _of("RDS::DBCluster", "Conditional"),
        _of("ECS::Service", "True"),
    ]
    assert emptied(found) == ["queue Jobs"]
    told = refusal(found, BOTH, Account(), Allowed(interruption=True))
    assert str(told) == "s was not changed: its queue Jobs would be replaced by a new one, without what is in it"
    assert told.hint.endswith("or accept it with --allow-data-loss")
    assert refusal(found, BOTH, Account(), Allowed(data_loss=True)) is None
    assert refusal(found[1:], BOTH, Account(), Allowed()) is None
