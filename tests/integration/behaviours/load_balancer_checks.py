"""What AWS refuses of load balancers, by call and by template; nothing here needs a target."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts, refused
from tests.integration.behaviours.load_balancers import forward
from tests.integration.local_aws import Server

TYPE = "AWS::ElasticLoadBalancingV2::"
FIXED: dict[str, Any] = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
SIGN_IN = {
    "Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {
        "Issuer": "https://a", "AuthorizationEndpoint": "https://a/x", "TokenEndpoint": "https://a/t",
        "UserInfoEndpoint": "https://a/u", "ClientId": "a", "ClientSecret": "b"},
}  # fmt: skip

COGNITO = {
    "Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": {
        "UserPoolArn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a", "UserPoolClientId": "a",
        "UserPoolDomain": "a"},
}  # fmt: skip


def path(*values: str) -> dict:
    return {"Field": "path-pattern", "Values": list(values)}


def rule(priority: int, condition: dict, action: dict = FIXED) -> dict:
    return {"Type": f"{TYPE}ListenerRule", "Properties": {
        "ListenerArn": {"Ref": "Listener"}, "Priority": priority, "Conditions": [condition], "Actions": [action]}}  # fmt: skip


def listener(port: int, action: dict = FIXED, protocol: str = "HTTP") -> dict:
    return {"Type": f"{TYPE}Listener", "Properties": {
        "LoadBalancerArn": {"Ref": "Balancer"}, "Port": port, "Protocol": protocol, "DefaultActions": [action]}}  # fmt: skip


def group(**more: Any) -> dict:
    return {"Type": f"{TYPE}TargetGroup", "Properties": {"Port": 80, "Protocol": "HTTP", "TargetType": "ip", **more}}


def front(**more: dict) -> dict:
    balancer = {"Type": f"{TYPE}LoadBalancer", "Properties": {"Name": "front", "Type": "application"}}
    return {"Balancer": balancer, "Listener": listener(80), **more}


class Made:
    """A load balancer with a rule of priority 10 for the group `used`, and a group `free`, made by a template."""

    def __init__(self, aws: Server) -> None:
        used = rule(10, path("/used"), {"Type": "forward", "TargetGroupArn": {"Ref": "Used"}})
        assert aws.deploy("f", front(Used=group(Name="used"), Free=group(Name="free"), Rule=used)) == "CREATE_COMPLETE"
        self.client = aws.client("elbv2")
        self.arn = self.client.describe_load_balancers(Names=["front"])["LoadBalancers"][0]["LoadBalancerArn"]
        self.listener = self.client.describe_listeners(LoadBalancerArn=self.arn)["Listeners"][0]["ListenerArn"]
        self.used, self.free = (
            self.client.describe_target_groups(Names=[name])["TargetGroups"][0]["TargetGroupArn"] for name in ("used", "free")
        )

    def rule(self, priority: int, *conditions: dict, action: dict = FIXED) -> None:
        self.client.create_rule(ListenerArn=self.listener, Priority=priority, Conditions=list(conditions), Actions=[action])

    def listen(self, port: int, action: dict = FIXED, protocol: str = "HTTP") -> None:
        self.client.create_listener(LoadBalancerArn=self.arn, Port=port, Protocol=protocol, DefaultActions=[action])

    def attribute(self, arn: str, key: str, value: str) -> None:
        attributes = [{"Key": key, "Value": value}]
        if ":loadbalancer/" in arn:
            self.client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
        else:
            self.client.modify_target_group_attributes(TargetGroupArn=arn, Attributes=attributes)


@acts("load_balancer_checks")
def a_rule_or_listener_that_cannot_be_is_refused(aws: Server) -> None:
    """Or the deploy on AWS fails where the one on the laptop did not."""
    made = Made(aws)
    with pytest.raises(ClientError, match=r"\(PriorityInUse\).*Priority '10' is currently in use"):
        made.rule(10, path("/x"))
    with pytest.raises(ClientError, match=r"\(DuplicateListener\).*A listener already exists on this port"):
        made.listen(80)
    gone = f"{made.used[:-3]}000"
    for to in ({"Type": "forward", "TargetGroupArn": gone}, forward((made.used, 1), (gone, 1))):
        with pytest.raises(ClientError, match=rf"\(TargetGroupNotFound\).*{gone}"):
            made.rule(11, path("/x"), action=to)
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        made.listen(81, {"Type": "forward", "TargetGroupArn": gone})
    for priority, conditions, action in (
        (50001, [path("/x")], FIXED),
        (11, [], FIXED),
        (11, [path(*"abcd"), {"Field": "host-header", "Values": ["a.example.com", "b.example.com"]}], FIXED),
        (11, [{"Field": "colour", "Values": ["red"]}], FIXED),
        (11, [path("/x")], {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "302"}}),
        (11, [path("/x")], forward((made.used, 1000))),
    ):
        with pytest.raises(ClientError, match="ValidationError"):
            made.rule(priority, *conditions, action=action)
    assert len(made.client.describe_rules(ListenerArn=made.listener)["Rules"]) == 2
    made.rule(50000, path(*"abcde"), action=forward((made.used, 999), (made.free, 0)))


@acts("load_balancer_checks")
def a_rule_that_went_with_its_listener_is_not_found(aws: Server) -> None:
    """Who asks for it by its ARN is told so, and not that there are no rules."""
    made = Made(aws)
    arns = [one["RuleArn"] for one in made.client.describe_rules(ListenerArn=made.listener)["Rules"] if not one["IsDefault"]]
    assert len(made.client.describe_rules(RuleArns=arns)["Rules"]) == 1
    made.client.delete_listener(ListenerArn=made.listener)
    with pytest.raises(made.client.exceptions.RuleNotFoundException):
        made.client.describe_rules(RuleArns=arns)


@acts("load_balancer_checks")
def priorities_are_exchanged_by_one_call(aws: Server) -> None:
    """SetRulePriorities takes all of them at once, and none that another rule has."""
    made = Made(aws)
    made.rule(20, path("/x"))
    made.rule(30, path("/y"))
    rules = {one["Priority"]: one["RuleArn"] for one in made.client.describe_rules(ListenerArn=made.listener)["Rules"]}
    exchanged = [{"RuleArn": rules["10"], "Priority": 20}, {"RuleArn": rules["20"], "Priority": 10}]
    with pytest.raises(ClientError, match="PriorityInUse"):
        made.client.set_rule_priorities(RulePriorities=[exchanged[0], {"RuleArn": rules["20"], "Priority": 30}])
    made.client.set_rule_priorities(RulePriorities=exchanged)
    after = {one["RuleArn"]: one["Priority"] for one in made.client.describe_rules(ListenerArn=made.listener)["Rules"]}
    assert (after[rules["10"]], after[rules["20"]]) == ("20", "10")


@acts("load_balancer_checks")
def a_target_group_is_told_only_what_it_knows_and_is_kept_while_it_is_used(aws: Server) -> None:
    """By a rule as well as by a listener; a load balancer stays while it is protected."""
    made = Made(aws)
    names = ("used", "free")
    told = {one["TargetGroupName"]: one["LoadBalancerArns"] for one in made.client.describe_target_groups()["TargetGroups"]}
    assert [told[name] for name in names] == [[made.arn], []]
    (only,) = made.client.describe_target_groups(LoadBalancerArn=made.arn)["TargetGroups"]
    assert only["TargetGroupName"] == "used"
    with pytest.raises(ClientError, match=r"\(ResourceInUse\).*is currently in use by a listener or a rule"):
        made.client.delete_target_group(TargetGroupArn=made.used)
    made.attribute(made.arn, "deletion_protection.enabled", "true")
    with pytest.raises(ClientError, match=r"\(OperationNotPermitted\).*because deletion protection is enabled"):
        made.client.delete_load_balancer(LoadBalancerArn=made.arn)
    made.attribute(made.arn, "deletion_protection.enabled", "false")
    for arn, key, value in (
        (made.used, "deregistration_delay.timeout_seconds", "3601"),
        (made.used, "colour", "red"),
        (made.arn, "colour", "red"),
    ):
        with pytest.raises(ClientError, match=key):
            made.attribute(arn, key, value)
    with pytest.raises(ClientError, match="interval must be greater than the timeout"):
        made.client.modify_target_group(TargetGroupArn=made.used, HealthCheckIntervalSeconds=5)
    made.client.delete_target_group(TargetGroupArn=made.free)


@acts("load_balancer_checks")
def a_template_with_what_cannot_be_fails_its_stack(aws: Server) -> None:
    """Two services with one priority above all."""
    gone = f"arn:aws:elasticloadbalancing:{aws.region}:{aws.account}:targetgroup/gone/0123456789abcdef"
    for number, (wrong, reason) in enumerate((
        ({"One": rule(10, path("/a")), "Two": rule(10, path("/b"))}, "Priority '10' is currently in use"),
        ({"Second": listener(80)}, "A listener already exists on this port"),
        ({"One": rule(10, path("/a"), {"Type": "forward", "TargetGroupArn": gone})}, "gone"),
        ({"Group": group(HealthCheckIntervalSeconds=5)}, "interval must be greater than the timeout"),
        ({"Group": group(TargetGroupAttributes=[{"Key": "colour", "Value": "red"}])}, "colour"),
    )):  # fmt: skip
        name = f"wrong{number}"
        assert aws.deploy(name, front(**wrong)) == "ROLLBACK_COMPLETE"
        events = aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        assert any(reason in event.get("ResourceStatusReason", "") for event in events), reason
        aws.delete(name)


@acts("load_balancer_checks", only_here="AWS updates rules side by side: whether one is free in time is luck there")
def rules_of_a_template_move_up_but_are_not_exchanged(aws: Server) -> None:
    """A rule that the update removes, or that takes the place of the other, has its priority until then."""
    one, two = rule(1, path("/1")), rule(2, path("/2"))
    assert aws.deploy("f", front(One=one, Two=two)) == "CREATE_COMPLETE"
    assert aws.deploy("f", front(One=one, Other=rule(2, path("/other"))), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.deploy("f", front(One=rule(2, path("/1")), Two=rule(3, path("/2"))), update=True) == "UPDATE_COMPLETE"
    elbv2 = aws.client("elbv2")
    arn = elbv2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    front_listener = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["ListenerArn"]

    def priorities() -> dict[str, str]:
        rules = elbv2.describe_rules(ListenerArn=front_listener)["Rules"]
        return {one["Conditions"][0]["Values"][0]: one["Priority"] for one in rules if one["Conditions"]}

    assert priorities() == {"/1": "2", "/2": "3"}
    swapped = {"One": rule(3, path("/1")), "Two": rule(2, path("/2"))}
    assert aws.deploy("f", front(**swapped), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert priorities() == {"/1": "2", "/2": "3"}


@refused("load_balancer_checks")
def gateway_load_balancers_and_signing_in(aws: Server) -> None:
    """They would be taken, and a client would get no answer."""
    made = Made(aws)
    with pytest.raises(ClientError, match="'gateway' are not done by the local AWS"):
        made.client.create_load_balancer(Name="gateway", Type="gateway", Subnets=aws.surroundings.subnets)
    to_used = {"Type": "forward", "Order": 2, "TargetGroupArn": made.used}
    for sign_in in (SIGN_IN, COGNITO):
        with pytest.raises(ClientError, match=f"'{sign_in['Type']}' are not done by the local AWS"):
            made.client.create_rule(
                ListenerArn=made.listener, Priority=11, Conditions=[path("/secure")], Actions=[sign_in, to_used]
            )
    for version in ("HTTP2", "GRPC"):
        with pytest.raises(ClientError, match=f"'{version}' are not done by the local AWS"):
            made.client.create_target_group(Name="far", Protocol="HTTP", Port=80, ProtocolVersion=version, TargetType="ip")
    gateway = front()
    gateway["Balancer"]["Properties"]["Type"] = "gateway"
    assert aws.deploy("gateway", gateway) == "ROLLBACK_COMPLETE"
    secure = rule(10, path("/secure"), SIGN_IN)
    assert aws.deploy("secure", front(Rule=secure)) == "ROLLBACK_COMPLETE"
