"""`Deployment` of a `WebService`: the properties of CloudFormation that each strategy has, and what it needs beside."""

import json
import re

import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard_constructs import Deployment, Ec2Capacity, Route, SmokeTest, TargetSettings, TestRoute, WebService
from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted

BREAKER = {"Enable": True, "Rollback": True}
ALARMS = {"AlarmNames": ["shop-dev-web-errors", "shop-dev-web-latency"], "Enable": True, "Rollback": True}
ALWAYS = {"DeploymentCircuitBreaker": BREAKER, "MaximumPercent": 200, "MinimumHealthyPercent": 100, "Alarms": ALARMS}


@pytest.fixture
def make(stack, vpc, template):
    """The template of a service that is deployed so."""

    def made(deployment, **settings):
        cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
        group = ec2.SecurityGroup.from_security_group_id(stack, "Front", "sg-front", mutable=False)
        listener = elbv2.ApplicationListener.from_application_listener_attributes(
            stack, "Listener", listener_arn="arn:aws:elasticloadbalancing:x:1:listener/app/a/b/c", security_group=group
        )
        image = ecs.ContainerImage.from_registry("nginx")
        route = Route(7, ["/a", "/a/*"], ["shop.example.com"])
        WebService(stack, "Web", cluster=cluster, listener=listener, image=image, route=route, deployment=deployment, **settings)
        return template()

    return made


def test_with_all_defaults_it_is_a_rolling_update_with_one_target_group(make):
    found = make(None)
    breaker = {"DeploymentCircuitBreaker": BREAKER, "MaximumPercent": 200, "MinimumHealthyPercent": 100}
    configuration = found.one("ECS::Service")["DeploymentConfiguration"]
    assert configuration.pop("Alarms")["Enable"] is False
    assert configuration == breaker
    (balancer,) = found.one("ECS::Service")["LoadBalancers"]
    assert set(balancer) == {"ContainerName", "ContainerPort", "TargetGroupArn"}
    assert found.one("ElasticLoadBalancingV2::TargetGroup")
    assert found.one("ElasticLoadBalancingV2::ListenerRule")


def test_two_target_groups_of_one_rule_are_not_sticky(make):
    with pytest.raises(ValueError, match="without maintenance, authentication and stickiness"):
        make(Deployment(strategy="CANARY"), target=TargetSettings(stickiness=60))


@pytest.mark.parametrize(
    ("deploy", "expected"),
    [
        ("rolling", {}),
        ("{failures: 7, early_success: true}", {
            "DeploymentCircuitBreaker": {**BREAKER, "ThresholdConfiguration": {"Type": "COUNT", "Value": 7}},
            "EarlySuccessCriteria": {"Enable": True, "HealthyPercent": 100, "SourceServiceRevisionCleanup": "DEFERRED"},
        }),
        ("blue-green", {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 5}),
        ("canary", {"Strategy": "CANARY", "BakeTimeInMinutes": 5,
                    "CanaryConfiguration": {"CanaryPercent": 5, "CanaryBakeTimeInMinutes": 10}}),
        ("linear", {"Strategy": "LINEAR", "BakeTimeInMinutes": 5,
                    "LinearConfiguration": {"StepPercent": 10, "StepBakeTimeInMinutes": 6}}),
        ("{strategy: canary, percent: 12.5, interval: 0, bake: 0}", {"Strategy": "CANARY", "BakeTimeInMinutes": 0,
                    "CanaryConfiguration": {"CanaryPercent": 12.5, "CanaryBakeTimeInMinutes": 0}}),
        ("{strategy: linear, percent: 25, interval: 60, bake: 1440}", {"Strategy": "LINEAR", "BakeTimeInMinutes": 1440,
                    "LinearConfiguration": {"StepPercent": 25, "StepBakeTimeInMinutes": 60}}),
        ("{alarms: [cpu, errors]}", {"Alarms": {**ALARMS, "AlarmNames": ["shop-dev-web-cpu", "shop-dev-web-errors"]}}),
    ],
)  # fmt: skip
def test_each_strategy_is_what_ecs_documents_and_cfn_lint_finds_nothing(tmp_path, deploy, expected):
    template = _template(tmp_path, f"deploy: {deploy}")
    (service,) = resources(template, "ECS::Service")
    assert service["DeploymentConfiguration"] == {**ALWAYS, **expected}
    assert "DeploymentController" not in service  # ECS itself, and not CodeDeploy
    assert linted(tmp_path / "cdk.out") == (0, "")


def test_all_that_a_shift_needs_is_made(make):
    found = make(Deployment("CANARY", test_route=TestRoute(6)))
    targets = ["WebTargets2D282C48", "WebAlternateTargets00E34011"]
    (first, other) = (group["Properties"] for group in found.all("ElasticLoadBalancingV2::TargetGroup"))
    assert first == other
    rules = {rule["Properties"]["Priority"]: rule["Properties"] for rule in found.all("ElasticLoadBalancingV2::ListenerRule")}
    shares = [{"TargetGroupArn": {"Ref": id}, "Weight": weight} for id, weight in zip(targets, (100, 0), strict=True)]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}]
    assert {number: rule["Actions"] for number, rule in rules.items()} == {6: forward, 7: forward}
    route = [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/a/*"]}},
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}},
    ]
    header = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-dockyard-test", "Values": ["*"]}}
    assert (rules[7]["Conditions"], rules[6]["Conditions"]) == (route, [*route, header])
    (balancer,) = found.one("ECS::Service")["LoadBalancers"]
    assert balancer == {
        "ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": {"Ref": targets[0]},
        "AdvancedConfiguration": {
            "AlternateTargetGroupArn": {"Ref": targets[1]},
            "ProductionListenerRule": {"Ref": "WebRuleC1F3C7E8"},
            "TestListenerRule": {"Ref": "WebTestRule9FBAE9EB"},
            "RoleArn": {"Fn::GetAtt": ["WebServiceTrafficShiftRoleE3EEA0F5", "Arn"]},
        },
    }  # fmt: skip
    role = found.json["Resources"]["WebServiceTrafficShiftRoleE3EEA0F5"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert "AmazonECSInfrastructureRolePolicyForLoadBalancers" in str(role["ManagedPolicyArns"])
    assert "Policies" not in role


def test_without_a_test_route_there_is_no_test_rule_and_on_servers_both_groups_have_servers_for_targets(make):
    found = make(Deployment("BLUE_GREEN"), capacity=Ec2Capacity("servers"))
    assert "TestListenerRule" not in found.one("ECS::Service")["LoadBalancers"][0]["AdvancedConfiguration"]
    assert found.one("ElasticLoadBalancingV2::ListenerRule")["Priority"] == 7
    assert [g["Properties"]["TargetType"] for g in found.all("ElasticLoadBalancingV2::TargetGroup")] == ["instance", "instance"]


@pytest.mark.parametrize(
    "deployment", [Deployment("CANARY", percent=100), Deployment("LINEAR", percent=2.9), Deployment("CANARY", percent=0)]
)
def test_a_share_that_cannot_be_is_refused(make, deployment):
    with pytest.raises(ValueError, match=r"percent of \w+ should be"):
        make(deployment)


def test_a_change_of_strategy_replaces_nothing(tmp_path):
    """What a rolling service has keeps its ids and its immutable properties; the rest comes to it."""
    before, after = _template(tmp_path / "a", ""), _template(tmp_path / "b", "deploy: blue-green")
    prepared = _template(tmp_path / "c", "deploy: {alternate_targets: true}")
    changed = {id for id, one in before["Resources"].items() if after["Resources"].get(id) != one}
    types = {after["Resources"][id]["Type"].removeprefix("AWS::") for id in changed}
    assert types == {"ECS::Service", "ElasticLoadBalancingV2::ListenerRule", "CloudWatch::Alarm"}
    same = ("ElasticLoadBalancingV2::ListenerRule", "ElasticLoadBalancingV2::TargetGroup", "CloudWatch::Alarm")
    assert all(resources(prepared, name) == resources(after, name) for name in same)
    (service,), (shifted,) = resources(prepared, "ECS::Service"), resources(after, "ECS::Service")
    assert service["LoadBalancers"] == shifted["LoadBalancers"]
    assert service["DeploymentConfiguration"] == ALWAYS


def test_a_canary_is_looked_at_apart_from_the_others(tmp_path):
    """Else one that fails every request of its 5 percent would be lost among those of the old tasks."""
    template = _template(tmp_path, "deploy: canary")
    alarms = {a["AlarmName"]: a for a in resources(template, "CloudWatch::Alarm")}
    texts = {m["Id"]: m["Expression"] for m in alarms["shop-dev-web-errors"]["Metrics"] if "Expression" in m}
    assert texts["share"] == "MAX([FILL(of, 0), FILL(of_alternate, 0)])"
    assert texts["of_alternate"].startswith("IF(requests_alternate >= 20, 100 * ")
    groups = {str(d["Value"]) for m in alarms["shop-dev-web-latency"]["Metrics"] if "MetricStat" in m
              for d in m["MetricStat"]["Metric"]["Dimensions"] if d["Name"] == "TargetGroup"}  # fmt: skip
    assert len(groups) == 2


def test_the_service_comes_after_its_alarms_where_they_do_not_need_it(tmp_path):
    template = _template(tmp_path, "deploy: {alarms: [errors, cpu]}")
    (service,) = [one for one in template["Resources"].values() if one["Type"] == "AWS::ECS::Service"]
    ids = [id for id in service["DependsOn"] if id.startswith("Alarms")]
    assert len(ids) == 3
    assert not any("cpu" in id for id in ids)


def test_what_is_done_on_the_way_is_hooks_of_ecs(tmp_path):
    steps = "before: python migrate.py, smoke: [/up, /down?a=b], approve: true"
    template = _template(tmp_path, f"http: {{host: shop.example.com}}\ndeploy: {{strategy: canary, {steps}}}")
    (service,) = resources(template, "ECS::Service")
    role = {"Fn::GetAtt": ["WebServiceHookRole8CB85497", "Arn"]}
    before, smoke = ({"Fn::GetAtt": [id, "Arn"]} for id in ("WebBeforeFunctionB2A8290D", "WebSmoke1AEDE14F"))
    assert service["DeploymentConfiguration"]["LifecycleHooks"] == [
        {"HookTargetArn": before, "RoleArn": role, "LifecycleStages": ["PRE_SCALE_UP"]},
        {"HookTargetArn": smoke, "RoleArn": role, "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]},
        {"TargetType": "PAUSE", "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
         "TimeoutConfiguration": {"TimeoutInMinutes": 1440, "Action": "ROLLBACK"}},
    ]  # fmt: skip
    made = template["Resources"]
    statement = made["WebServiceHookRole8CB85497"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement == [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": [before, smoke]}]
    run, ask = (made[id]["Properties"]["Environment"]["Variables"] for id in ("WebBeforeFunctionB2A8290D", "WebSmoke1AEDE14F"))
    assert (run["COMMAND"], run["CONTAINER"]) == ('["python", "migrate.py"]', "app")
    assert (ask["PATHS"], ask["HEADER"], ask["HOST"]) == ('["/up", "/down?a=b"]', "x-dockyard-test", "shop.example.com")
    assert not [one for one in made.values() if one["Type"] == "Custom::BeforeTraffic"]
    assert linted(tmp_path / "cdk.out") == (0, "")


@pytest.mark.parametrize("way", ["fargate", "ec2"])
def test_before_a_rolling_deployment_cloudformation_runs_the_command_and_the_service_waits_for_it(tmp_path, way):
    template = _template(tmp_path, f"runs_on: {way}\ndeploy: {{before: [python, migrate.py]}}")
    made = template["Resources"]
    ((id, command),) = [(id, one) for id, one in made.items() if one["Type"] == "Custom::BeforeTraffic"]
    (service,) = [one for one in made.values() if one["Type"] == "AWS::ECS::Service"]
    assert id in service["DependsOn"]
    assert "LifecycleHooks" not in service["Properties"]["DeploymentConfiguration"]
    assert {name for name in command["DependsOn"] if "ExecutionRoleDefaultPolicy" in name}  # else it could not pull the image
    run = str(command["Properties"]["Run"])
    assert "WebTask" in run  # another task definition runs it again
    assert ("awsvpcConfiguration" in run) is (way == "fargate")
    assert linted(tmp_path / "cdk.out") == (0, "")


def test_the_command_before_waits_for_what_its_task_needs(tmp_path):
    """Files that are mounted, and databases that let it in: directly, or by its task definition."""
    existing = "file_system: fs-0123456789abcdef0, security_group: sg-0123456789abcdef0"
    volumes = f"{{made: {{path: /made, type: efs}}, found: {{path: /found, type: efs, {existing}}}}}"
    links = "{own: {kind: database}, shared: read-write}"
    text = f"deploy: {{before: migrate}}\nvolumes: {volumes}\nlinks: {links}"
    made = _template(tmp_path, text, "resources: {shared: {kind: database}}")["Resources"]

    def awaited(id):
        named = {*made[id].get("DependsOn", []), *re.findall(r'"Ref": "(\w+)"', json.dumps(made[id]["Properties"]))}
        return named & made.keys()

    ((before, _),) = [(id, one) for id, one in made.items() if one["Type"] == "Custom::BeforeTraffic"]
    found = awaited(before) | {other for id in awaited(before) for other in awaited(id)}
    rules = {id for id, one in made.items() if one["Type"].endswith("SecurityGroupIngress") and "LoadBalancer" not in id}
    targets = {id for id, one in made.items() if one["Type"] == "AWS::EFS::MountTarget"}
    assert (len(rules), len(targets)) == (4, 2)
    assert rules | targets <= found
    assert linted(tmp_path / "cdk.out") == (0, "")


@pytest.mark.parametrize("strategy", ["rolling", "canary"])
def test_a_version_that_the_service_is_rolled_back_to_does_not_run_its_command_again(tmp_path, strategy):
    service = f"kind: web\ndeploy: {{strategy: {strategy}, before: migrate}}"
    files = {"dockyard.yaml": "name: shop\nenvironments: {dev: {}}", "services/web/service.yaml": service,
             "services/web/Dockerfile": "FROM nginx"}  # fmt: skip

    def template(folder, **more):
        return stacks(folder, files={**files, **more})[1]("shop-dev-web")

    now = template(tmp_path / "now")
    (tag,) = set(re.findall(r"(?<=:)[0-9a-f]{20}(?=\")", json.dumps(resources(now, "ECS::TaskDefinition"))))
    pins = {"pins": {"dev/web": {"tag": "0" * 20, "instead_of": [tag]}}}
    back = template(tmp_path / "back", **{"dockyard.lock": json.dumps(pins)})
    assert [len(resources(one, "Lambda::Function")) for one in (now, back)] == [1, 0]
    assert "0" * 20 in json.dumps(back)
    (rolled,) = resources(back, "ECS::Service")
    assert "LifecycleHooks" not in rolled["DeploymentConfiguration"]
    assert "Custom::BeforeTraffic" not in json.dumps(back)


def test_the_function_may_run_this_task_definition_on_this_cluster_and_little_else(tmp_path):
    made = _template(tmp_path, "deploy: {before: migrate}")["Resources"]
    statements = made["WebBeforeFunctionRole01E74387"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert not [one for one in statements if one["Resource"] == "*"]
    (running,) = [one for one in statements if one["Action"] == "ecs:RunTask"]
    assert ":task-definition/shopdevwebWebTask" in str(running["Resource"])
    assert "ecs:cluster" in running["Condition"]["ArnEquals"]


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        (Deployment(approve=True), "smoke and approve are of BLUE_GREEN, CANARY and LINEAR"),
        (Deployment("CANARY", smoke=SmokeTest("http://a", ["/"])), "smoke needs a test_route"),
    ],
)
def test_steps_that_cannot_be_are_refused(make, deployment, message):
    with pytest.raises(ValueError, match=message):
        make(deployment)


def _template(folder, text, more=""):
    project = f"name: shop\nenvironments: {{dev: {{}}}}\ncluster: {{ec2: {{instance_types: [t3.small]}}}}\n{more}"
    files = {"dockyard.yaml": project}
    _, template = stacks(folder, files={**files, "services/web/service.yaml": f"kind: web\nimage: {{from: nginx}}\n{text}"})
    return template("shop-dev-web")
