"""Room, quotas, stacks, drift, rights on secrets, and what AWS does not tell."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockyard.config import EnvironmentSettings, Web
from dockyard.config.cluster import Ec2Capacity
from dockyard.deploy.operations import version
from dockyard.deploy.receipt import NONE
from dockyard.deploy.verify.check import looked
from dockyard.deploy.verify.quotas import (
    BALANCERS,
    NETWORK_BALANCERS,
    QUOTAS,
    RULES,
    VCPUS,
    balancer_check,
    quota_checks,
    rule_check,
    told,
    vcpu_checks,
    vcpus,
)
from dockyard.deploy.verify.room import servers_checks
from dockyard.deploy.verify.scene import Scene
from dockyard.deploy.verify.secrets import readable_check, secrets_of
from dockyard.deploy.verify.stacks import drift_check, state_check
from dockyard.errors import BuildError
from dockyard.local.extensions.service_quotas import DEFAULTS as LOCAL

SERVICE = "AWS::ECS::Service"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def web(**settings):
    return Web(kind="web", **settings)


def test_tasks_have_room_on_the_servers_of_the_cluster():
    ec2 = Ec2Capacity(instance_types=("t3.small",), max=2)
    (good,) = servers_checks(ec2, {"shop": web(runs_on="ec2", count=4)})
    assert (good.verdict, good.found) == ("OK", "1 services at their most need 2 x t3.small, of 2")
    (many,) = servers_checks(ec2, {"shop": web(runs_on="ec2", count={"min": 1, "max": 9, "cpu": 50})})
    assert (many.verdict, many.hint) == ("NG", "set cluster.ec2.max to 3 in dockyard.yaml, or take larger instance_types")
    (large,) = servers_checks(ec2, {"shop": web(runs_on="ec2", memory=4096)})
    assert (large.verdict, large.found) == ("NG", "a task of 0.25 vCPU and 4096 MiB has no room on t3.small")


def test_an_instance_type_that_is_not_known_is_passed_over():
    (unknown,) = servers_checks(Ec2Capacity(instance_types=("z9.small",)), {"shop": web(runs_on="ec2")})
    assert (unknown.verdict, unknown.name) == ("SKIP", "z9.small")


def test_vcpus_are_counted_at_the_most_and_while_the_largest_is_deployed():
    services = {
        "a": web(cpu=1, memory=2048, count=2),
        "b": web(runs_on="fargate-spot", cpu=0.5, memory=1024),
        "c": web(runs_on="ec2"),
    }
    assert vcpus(services) == (4, 1)
    (few,) = vcpu_checks({VCPUS: 3}, 4, 1)
    assert (few.verdict, few.found) == ("NG", "4 at the most, with a deployment under way, and the quota is 3")
    assert [one.verdict for one in vcpu_checks({VCPUS: 4}, 4, 0)] == ["OK"]


def test_where_the_account_has_no_value_of_its_own_the_default_is_the_quota():
    applied, defaults = {RULES: 200.0}, {RULES: 100.0, BALANCERS: 50.0}
    quotas = {"list_service_quotas": applied, "list_aws_default_service_quotas": defaults}

    def pages(operation):
        listed = [{"QuotaName": name, "Value": value} for name, value in quotas[operation].items()]
        return SimpleNamespace(paginate=lambda **_: [{"Quotas": listed}, {"Quotas": [{"QuotaName": "another", "Value": 1.0}]}])

    assert told(SimpleNamespace(get_paginator=pages), "elasticloadbalancing", (BALANCERS, RULES)) == {
        RULES: 200.0,
        BALANCERS: 50.0,
    }


def test_rules_and_load_balancers_have_quotas():
    assert rule_check(100, 3, 100).verdict == "OK"
    assert rule_check(100, 3, 200).found == "load_balancer.most_rules is 200, and the quota is 100"
    assert balancer_check(50, 50, 1).found == "1 besides 50 of others, and the quota is 50"


class Account:
    """An account with load balancers and quotas, and stacks with some of them."""

    def __init__(self, *, kinds, stacks, quota=None):
        self.elbv2 = paged(describe_load_balancers=[{"LoadBalancers": [{"Type": kind} for kind in kinds]}])
        listed = [{"Quotas": [{"QuotaName": NETWORK_BALANCERS, "Value": float(quota)}] if quota else []}]
        self.quotas = paged(list_service_quotas=listed, list_aws_default_service_quotas=[{"Quotas": []}])
        self.cloudformation = SimpleNamespace(
            describe_stacks=self._describe,
            get_paginator=lambda _: SimpleNamespace(paginate=self._resources),
            exceptions=SimpleNamespace(ClientError=ClientError),
        )
        self._stacks = stacks

    def _describe(self, **asked):
        if asked["StackName"] not in self._stacks:
            error = {"Code": "ValidationError", "Message": f"Stack with id {asked['StackName']} does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        return {"Stacks": [stack("UPDATE_COMPLETE")]}

    def _resources(self, **asked):
        ids = self._stacks[asked["StackName"]]
        return [{"StackResourceSummaries": [{"ResourceType": BALANCER, "PhysicalResourceId": one} for one in ids]}]


def paged(**operations):
    """A client that tells these pages."""
    return SimpleNamespace(get_paginator=lambda operation: SimpleNamespace(paginate=lambda **_: operations[operation]))


@pytest.mark.parametrize(
    ("kinds", "stacks", "quota", "told"),
    [
        (["network"] * 3 + ["application"] * 9, {"shop-broker": ["a"]}, 5, [("OK", "2 besides 2 of others, of 5")]),
        (["network"] * 4, {}, 5, [("NG", "2 besides 4 of others, and the quota is 5")]),
        (["network"] * 4, {"shop-broker": ["a"], "shop-dns": ["b"]}, 5, [("OK", "2 besides 2 of others, of 5")]),
        (["network"] * 4, {}, None, []),
    ],
)
def test_network_load_balancers_are_counted_one_a_service_besides_those_of_others(kinds, stacks, quota, told):
    services = {"broker": web(nlb=7000), "dns": web(nlb="53/tcp_udp"), "shop": web(runs_on="ec2")}
    environment = SimpleNamespace(services=services, routes={}, settings=EnvironmentSettings())
    account = Account(kinds=kinds, stacks=stacks, quota=quota)
    site = SimpleNamespace(environment=environment, reading=account, service_stack=lambda name: f"shop-{name}")
    found = [one for one in quota_checks(Scene(site, services)) if one.name == "network load balancers"]
    assert [(one.verdict, one.found) for one in found] == told
    assert all(NETWORK_BALANCERS in one.hint for one in found if one.verdict == "NG")


def test_the_local_aws_has_each_quota_that_is_looked_at():
    assert {service: {*names} for service, names in QUOTAS.items()} == {
        service: {name for name, _ in known.values()} for service, known in LOCAL.items()
    }


def stack(status, **more):
    return {"StackStatus": status, "CreationTime": datetime(2026, 1, 1, tzinfo=UTC), **more}


@pytest.mark.parametrize(
    ("told", "verdict", "found"),
    [
        (None, "SKIP", "shop is not there yet: deploy creates it"),
        (stack("UPDATE_COMPLETE"), "OK", "shop is as it was changed last (UPDATE_COMPLETE)"),
        (
            stack("UPDATE_ROLLBACK_COMPLETE"),
            "OK",
            "shop is as it was before its last change, which failed (UPDATE_ROLLBACK_COMPLETE)",
        ),
        (stack("IMPORT_ROLLBACK_FAILED", StackStatusReason="no"), "NG", "shop is IMPORT_ROLLBACK_FAILED: no"),
        (
            stack("UPDATE_ROLLBACK_FAILED"),
            "SKIP",
            "shop is UPDATE_ROLLBACK_FAILED: an update failed, and so did the way back; a deploy begins by going on with its way back",
        ),
        (
            stack("DELETE_FAILED"),
            "NG",
            "shop is DELETE_FAILED: it was to be deleted, and not all of it could be; a deploy begins by deleting the rest, to make it "
            "anew, and asks before",
        ),
        (stack("UPDATE_IN_PROGRESS"), "SKIP", "shop is UPDATE_IN_PROGRESS: something else changes it; a deploy waits for that"),
    ],
)  # fmt: skip
def test_a_stack_is_at_rest(told, verdict, found):
    check = state_check("shop", "shop", told, None)
    assert (check.verdict, check.found) == (verdict, found)


def test_a_stack_that_somebody_else_changed_is_told():
    now = stack("UPDATE_COMPLETE", LastUpdatedTime=datetime(2026, 2, 2, tzinfo=UTC))
    last = {**NONE.__dict__, "stacks": {"shop": version(stack("CREATE_COMPLETE"))}}
    check = state_check("shop", "shop", now, type(NONE)(**last))
    said = "shop is as it was changed last (UPDATE_COMPLETE)"
    assert re.fullmatch(
        rf"{re.escape(said)}, and changed since the last deploy from this folder, at 2026-02-0. \d\d:\d\d", check.found
    )
    assert state_check("shop", "shop", now, type(NONE)(**{**last, "stacks": {"shop": version(now)}})).found == said


def drifted(path, status="MODIFIED"):
    return {
        "LogicalResourceId": "Web", "ResourceType": SERVICE, "StackResourceDriftStatus": status,
        "PropertyDifferences": [{"PropertyPath": path, "ActualValue": "a", "ExpectedValue": "b"}],
    }  # fmt: skip


def test_drift_is_what_nobody_meant_to_change():
    done = {"DetectionStatus": "DETECTION_COMPLETE"}
    assert drift_check("shop", "shop", done, [drifted("/DesiredCount")]).verdict == "OK"
    found = drift_check("shop", "shop", done, [drifted("/PropagateTags"), drifted("", "DELETED")])
    assert found.verdict == "NG"
    assert (
        found.found
        == f"changed by other means: Web ({SERVICE}): /PropagateTags is a, and should be b; Web ({SERVICE}) is deleted"
    )
    assert drift_check("shop", "shop", {"DetectionStatus": "DETECTION_FAILED"}, []).verdict == "SKIP"


def test_secrets_of_a_task_are_asked_for_whole():
    managed = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
    parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/dev/web/A"
    definition = {
        "containerDefinitions": [
            {"secrets": [{"valueFrom": f"{managed}:password::"}, {"valueFrom": f"{managed}:user::"}]},
            {"logConfiguration": {"secretOptions": [{"valueFrom": parameter}]}},
        ]
    }
    assert secrets_of(definition) == {"secretsmanager:GetSecretValue": [managed], "ssm:GetParameters": [parameter]}


def test_what_the_role_may_not_read_is_told():
    allowed = {"EvalActionName": "ssm:GetParameters", "EvalResourceName": "arn:a", "EvalDecision": "allowed"}
    assert readable_check("shop", "arn:aws:iam::1:role/web", [allowed]).verdict == "OK"
    denied = readable_check("shop", "arn:aws:iam::1:role/web", [allowed, {**allowed, "EvalDecision": "explicitDeny"}])
    assert (denied.verdict, denied.found) == ("NG", "web may not: ssm:GetParameters on arn:a: explicitDeny")


def raising(error):
    def look():
        raise error

    return look


@pytest.mark.parametrize(
    ("error", "verdict", "told"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetRole"), "SKIP", "may not be asked: GetRole is denied (docs/permissions.md)"),
        (ClientError({"Error": {"Code": "Unknown"}}, "GetRole"), "SKIP", "AWS does not tell: GetRole: Unknown"),
        (ClientError({"Error": {"Code": "400"}}, "ListServiceQuotas"), "SKIP", "there is no ListServiceQuotas here"),
        (EndpointConnectionError(endpoint_url="https://a"), "SKIP", 'AWS does not tell: Could not connect to the endpoint URL: "https://a"'),
        (BuildError("broken", hint="mend it"), "NG", "broken"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_keeps_nobody_from_a_deploy(error, verdict, told):
    (check,) = looked("shop", "image", raising(error))
    assert (check.verdict, check.found) == (verdict, told)
