"""Rules of others on a listener that is there already."""

import pytest

from dockyard.config import ExistingListener, Route
from dockyard.deploy.verify.listener import Asked, clash, clash_checks, conditions_of, covers, rule_of, settings_check

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/front/1/2/3"
LISTENER = ExistingListener(
    listener="arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2",
    security_group="sg-0a1b2c3d", dns_name="front-1.eu-west-1.elb.amazonaws.com", https=True,
)  # fmt: skip


def mine(priority=1000, **route):
    return Asked("shop", priority, conditions_of(Route(**route)))


def other(priority, *conditions):
    return rule_of({"RuleArn": ARN, "Priority": str(priority), "Conditions": list(conditions)})


def path(*values):
    return {"Field": "path-pattern", "Values": list(values), "PathPatternConfig": {"Values": list(values)}}


def test_a_rule_of_ours_is_that_which_elb_tells_of():
    route = Route(host="shop.example.com", methods="GET", headers={"X-Version": "2"}, query={"a": "b"})
    told = other(
        5, path("/*"), {"Field": "host-header", "HostHeaderConfig": {"Values": ["Shop.example.com"]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-version", "Values": ["2"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b"}]}},
    )  # fmt: skip
    assert told.conditions == conditions_of(route)
    addresses = other(5, path("/api", "/api/*"), {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}})
    assert addresses.conditions == conditions_of(Route(path="/api", source_ips="10.0.0.0/8"))


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (mine(path="/api"), other(1000, path("/elsewhere")), "priority 1000 is that of a rule of others, 3 (path-pattern=/elsewhere)"),
        (mine(path="/api"), other(7, path("/*")), "a rule of others, 3 (all requests) comes first (7 before 1000) and takes all of its requests"),
        (mine(path="/api"), other(7, path("/api*")), "a rule of others, 3 (path-pattern=/api*) comes first (7 before 1000)"),
        (mine(path="/api"), other(2000, path("/api/v1")), "it comes first (1000 before 2000) and would take all requests of a rule"),
        (mine(path="/api", host="a.b"), other(7, path("/api", "/api/*")), "takes all of its requests"),
        (mine(path="/api"), other(7, path("/api")), None),
        (mine(path="/api"), other(7, path("/*"), {"Field": "host-header", "HostHeaderConfig": {"Values": ["x.y"]}}), None),
        (mine(path="/api"), other(2000, path("/*")), None),
        (mine(path="/api", methods="GET"), other(2000, path("/api/v1")), None),
    ],
)  # fmt: skip
def test_a_clash_is_one_priority_or_requests_that_never_arrive(ours, theirs, told):
    found = clash(ours, theirs)
    assert (told in found) if told else found is None


def test_each_clash_is_told_with_the_service():
    (check,) = clash_checks([mine(path="/api")], [other(1000, path("/x"))])
    assert (check.verdict, check.name) == ("NG", "rule of shop")
    (good,) = clash_checks([mine(path="/api")], [])
    assert (good.verdict, good.found) == ("OK", "1 of ours, and none of others that clashes")


def test_what_every_request_meets_is_no_condition():
    assert other(1, path("*")).conditions == {}
    assert covers({}, conditions_of(Route(path="/api")))
    assert not covers(conditions_of(Route(path="/api")), {})


def test_the_listener_is_as_dockyard_yaml_tells():
    listener = {"Protocol": "HTTPS", "Port": 443}
    balancer = {
        "DNSName": "Front-1.eu-west-1.elb.amazonaws.com",
        "SecurityGroups": ["sg-0a1b2c3d"],
        "VpcId": "vpc-1",
        "LoadBalancerName": "front",
    }
    assert settings_check(LISTENER, "vpc-1", listener, balancer).found == "HTTPS on 443 of front"
    wrong = settings_check(LISTENER, "vpc-2", {"Protocol": "HTTP", "Port": 80}, {**balancer, "SecurityGroups": ["sg-1"]})
    assert wrong.verdict == "NG"
    assert wrong.found == (
        "https is False, and dockyard.yaml says True; port is 80, and dockyard.yaml says 443; "
        "its security groups are sg-1, and dockyard.yaml says sg-0a1b2c3d; it is in vpc-1, and network.vpc is vpc-2"
    )
