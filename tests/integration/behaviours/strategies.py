"""Blue/green, canary and linear deployments of a service. A minute of a bake time is a second here."""

import json
import time
from collections import Counter
from typing import Any

from tests.integration.behaviours.contract import acts, refused
from tests.integration.behaviours.load_balancers import HEALTH, Front, path
from tests.integration.behaviours.service_deployments import ALARMS, BREAKER, Alarm, Service, _code
from tests.integration.local_aws import APP, DYING, Server, service, sick, until
from tests.integration.support import Requests, get

ROLE = "arn:aws:iam::000000000000:role/any"
STAGES = [
    "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP",
]  # fmt: skip
HOOKED = [
    "PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT",
]  # fmt: skip
SAYS = "import json\ndef handler(event, context):\n    print('TOLD ' + json.dumps(event))\n    return {'hookStatus': '%s'}\n"
COUNTS = """
import json
def handler(event, context):
    print("TOLD " + json.dumps(event))
    asked = event["hookDetails"].get("asked", 0) + 1
    if event["hookDetails"]["LIMIT"] == asked:
        return {"hookStatus": "SUCCEEDED"}
    return {"hookStatus": "IN_PROGRESS", "callBackDelay": 1, "hookDetails": {"asked": asked}}
"""


class Shop(Service):
    """A service between two target groups behind a load balancer, by the API alone; its first version answers `blue`."""

    def __init__(self, aws: Server, configuration: dict, *, tested: bool = False) -> None:
        self.aws, self.ecs, self.image, front = aws, aws.client("ecs"), aws.image(), Front(aws)
        self.address, self.elbv2 = f"{front.address}/", front.client
        self.groups = [self._group(name) for name in ("a", "b")]
        to_first = {"Type": "forward", "TargetGroupArn": self.groups[0]}
        header = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-test", "Values": ["1"]}}
        test = {"testListenerRule": front.rule(1, header, to_first)["RuleArn"]} if tested else {}
        self.rule = front.rule(2, path("*"), to_first)["RuleArn"]
        advanced = {"alternateTargetGroupArn": self.groups[1], "productionListenerRule": self.rule, "roleArn": ROLE, **test}
        balancer = {"targetGroupArn": self.groups[0], "containerName": "app", "containerPort": 8080}
        self.balancers = [{**balancer, "advancedConfiguration": advanced}]
        self.ecs.create_cluster(clusterName="c")
        self.ecs.create_service(
            cluster="c", serviceName="s", taskDefinition=self.version("blue"), desiredCount=1, loadBalancers=self.balancers,
            deploymentConfiguration=configuration,
        )  # fmt: skip
        self.ends("SUCCESSFUL")

    def ends(self, status: str, seconds: float = 20) -> dict:
        return super().ends(status, seconds)

    def _group(self, name: str) -> str:
        made = self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=8080, TargetType="ip", VpcId="vpc-1", **HEALTH)
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}
        self.elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[delay])
        return arn

    def version(self, answer: str, code: str = APP) -> str:
        container = {
            "name": "app", "image": self.image, "memory": 64, "command": ["python", "-c", code],
            "portMappings": [{"containerPort": 8080}], "environment": [{"name": "ANSWER", "value": answer}],
        }  # fmt: skip
        made = self.ecs.register_task_definition(family="s", networkMode="awsvpc", containerDefinitions=[container])
        return made["taskDefinition"]["taskDefinitionArn"]

    def deploy(self, answer: str = "green", code: str = APP, **settings: Any) -> str:
        return self.update(taskDefinition=self.version(answer, code), **settings)

    def answers(self, count: int = 20, **headers: str) -> Counter:
        return Counter(get(self.address, **headers)[1].get("text") for _ in range(count))

    def only(self, answer: str, **headers: str) -> bool:
        return set(self.answers(**headers)) == {answer}

    def shares(self, arn: str, traffic: str = "Production") -> tuple[float, float]:
        """Of the new revision and of those before it, as they are told."""
        told = self.deployment(arn)
        key = f"requested{traffic}TrafficWeight"
        return told["targetServiceRevision"][key], sum(one[key] for one in told["sourceServiceRevisions"])

    def weights(self) -> dict[str, int]:
        (rule,) = self.elbv2.describe_rules(RuleArns=[self.rule])["Rules"]
        found = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {one["TargetGroupArn"]: one["Weight"] for one in found}

    def is_at(self, arn: str, stage: str, seconds: float = 15) -> dict:
        def told() -> dict | None:
            found = self.deployment(arn)
            return found if found.get("lifecycleStage") == stage else None

        return until(told, seconds)

    def is_paused(self, arn: str, stage: str) -> str:
        """Id of the pause that a deployment is at: it is told some time after the stage is."""
        return until(lambda: self.is_at(arn, stage).get("lifecycleHookDetails"), 15)[0]["hookId"]

    def function(self, code: str, name: str = "hook") -> str:
        properties = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE, "Timeout": 30, "FunctionName": name}
        resources = {"F": {"Type": "AWS::Lambda::Function", "Properties": {**properties, "Code": {"ZipFile": code}}}}
        assert self.aws.deploy(name, resources) == "CREATE_COMPLETE"
        return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def _hook(function: str, *stages: str, **more: Any) -> dict:
    return {"hookTargetArn": function, "roleArn": ROLE, "lifecycleStages": list(stages), **more}


def _blue_green(bake: int = 0, **more: Any) -> dict:
    return {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": bake, **more}


@acts("strategies")
def blue_green_shifts_all_at_once_and_keeps_blue_while_it_bakes(aws: Server) -> None:
    """Green is well before it gets any request, the groups take turns, and no request fails."""
    shop = Shop(aws, _blue_green(3))
    (blue,) = shop.tasks()
    with Requests(shop.address) as requests:
        arn = shop.deploy("green")
        shop.is_at(arn, "BAKE_TIME")
        assert shop.only("green")
        assert len(shop.tasks()) == 2
        assert shop.weights() == {shop.groups[0]: 0, shop.groups[1]: 100}
        revision = shop.deployment(arn)["targetServiceRevision"]["arn"]
        (told,) = shop.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
        assert told["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"] == shop.groups[1]
        shop.ends("SUCCESSFUL")
        assert blue not in shop.tasks()
        shop.deploy("blue again")
        shop.ends("SUCCESSFUL")
        assert shop.only("blue again")
        assert shop.weights() == {shop.groups[0]: 100, shop.groups[1]: 0}
    assert {status for status, _ in requests.seen} == {200}


@acts("strategies")
def a_canary_is_given_its_share_and_then_all(aws: Server) -> None:
    """Of real requests, for its bake time."""
    canary = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 30, "canaryBakeTimeInMinutes": 5}}
    shop = Shop(aws, canary)
    arn = shop.deploy("green")
    until(lambda: shop.shares(arn) == (30.0, 70.0), 15)
    seen = shop.answers(200)
    assert 30 <= seen["green"] <= 95, seen
    assert seen["blue"] + seen["green"] == 200
    shop.ends("SUCCESSFUL")
    assert shop.only("green")
    assert shop.shares(arn) == (100.0, 0.0)


@acts("strategies")
def a_linear_deployment_shifts_in_equal_steps(aws: Server) -> None:
    """Each with its bake time; a part that is left is the last step."""
    linear = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 30, "stepBakeTimeInMinutes": 1}}
    shop = Shop(aws, linear)
    arn, seen = shop.deploy("green"), [0.0]

    def ended() -> bool:
        share, _ = shop.shares(arn)
        seen.extend([share] if share != seen[-1] else [])
        return shop.deployment(arn)["status"] == "SUCCESSFUL"

    until(ended, 20)
    assert seen == [0.0, 30.0, 60.0, 90.0, 100.0]
    assert shop.only("green")


@acts("strategies")
def test_traffic_reaches_the_new_version_first(aws: Server) -> None:
    """By a rule of its own, while all others still have the old one."""
    pause = {"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
    shop = Shop(aws, _blue_green(), tested=True)
    assert shop.only("blue", **{"x-test": "1"})
    arn = shop.deploy("green", deploymentConfiguration=_blue_green(lifecycleHooks=[pause]))
    waiting = shop.is_paused(arn, "POST_TEST_TRAFFIC_SHIFT")
    assert shop.only("green", **{"x-test": "1"})
    assert shop.only("blue")
    assert (shop.shares(arn, "Test"), shop.shares(arn)) == ((100.0, 0.0), (0.0, 100.0))
    shop.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=waiting)
    shop.ends("SUCCESSFUL")
    assert shop.only("green")


@acts("strategies")
def a_deployment_tells_its_stages(aws: Server) -> None:
    """In AWS's order, as functions at each of them see it, with the weights that they shift."""
    shop = Shop(aws, _blue_green())
    function = shop.function(SAYS % "SUCCEEDED")
    hook = _hook(function, *HOOKED, hookDetails={"Key": "value"})
    arn = shop.deploy("green", deploymentConfiguration=_blue_green(1, lifecycleHooks=[hook]))
    stages: list[str] = []

    def ended() -> bool:
        told = shop.deployment(arn)
        stages.extend([told["lifecycleStage"]] if told["lifecycleStage"] not in stages else [])
        return told["status"] == "SUCCESSFUL"

    until(ended, 40)
    assert stages == [stage for stage in STAGES if stage in stages]
    assert {"PRE_SCALE_UP", "SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"} <= set(stages)
    events = _told(aws)
    assert [one["lifecycleStage"] for one in events] == HOOKED
    assert {one["resourceArn"] for one in events} == {arn}
    assert [one["hookDetails"] for one in events] == [{"Key": "value"}] * len(HOOKED)
    told = shop.deployment(arn)
    green, blue = told["targetServiceRevision"]["arn"], told["sourceServiceRevisions"][0]["arn"]
    weights = {one["lifecycleStage"]: one["executionDetails"]["productionTrafficWeights"] for one in events}
    assert weights["PRE_PRODUCTION_TRAFFIC_SHIFT"] == {green: 0.0, blue: 100.0}
    assert weights["PRODUCTION_TRAFFIC_SHIFT"] == {green: 100.0, blue: 0.0}
    assert weights["POST_SCALE_UP"] == {}
    assert {one["executionDetails"]["targetServiceRevisionArn"] for one in events} == {green}


def _told(aws: Server) -> list[dict]:
    """The events that the function printed."""
    found = aws.client("logs").filter_log_events(logGroupName="/aws/lambda/hook")["events"]
    return [json.loads(one["message"].split("TOLD ", 1)[1]) for one in found if "TOLD " in one["message"]]


@acts("strategies")
def a_function_that_is_not_done_is_asked_again(aws: Server) -> None:
    """After the delay that it asks for, with what it wants to remember."""
    shop = Shop(aws, _blue_green())
    hook = _hook(shop.function(COUNTS), "POST_SCALE_UP", hookDetails={"LIMIT": 3})
    begun = time.monotonic()
    shop.deploy("green", deploymentConfiguration=_blue_green(lifecycleHooks=[hook]))
    shop.ends("SUCCESSFUL")
    assert time.monotonic() - begun > 2
    assert [one["hookDetails"] for one in _told(aws)] == [{"LIMIT": 3}, {"LIMIT": 3, "asked": 1}, {"LIMIT": 3, "asked": 2}]


@acts("strategies")
def a_function_that_fails_rolls_the_deployment_back(aws: Server) -> None:
    """Also after the traffic was shifted: it goes back, and functions of the shift are told so."""
    shop = Shop(aws, _blue_green())
    function = shop.function(SAYS % "FAILED")
    for stage, green_seen in (("PRE_SCALE_UP", False), ("PRODUCTION_TRAFFIC_SHIFT", True)):
        before = shop.tasks()
        with Requests(shop.address) as requests:
            arn = shop.deploy("green", deploymentConfiguration=_blue_green(lifecycleHooks=[_hook(function, stage)]))
            shop.ends("ROLLBACK_SUCCESSFUL")
        assert "lifecycle hook" in shop.deployment(arn)["statusReason"]
        assert {status for status, _ in requests.seen} == {200}
        assert shop.only("blue")
        assert shop.tasks() == before
        assert (shop.weights() == {shop.groups[0]: 100, shop.groups[1]: 0}) or not green_seen
    green = shop.deployment(arn)["targetServiceRevision"]["arn"]
    shifts = [
        one["executionDetails"]["productionTrafficWeights"] for one in until(lambda: _told(aws)[1:][1:] and _told(aws)[1:], 5)
    ]
    assert [one[green] for one in shifts] == [100.0, 0.0]


@acts("lifecycle_hooks")
def a_pause_lasts_until_it_is_continued_or_rolled_back(aws: Server) -> None:
    """By whoever approves; what waits is told."""
    pause = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": {"timeoutInMinutes": 10}}
    shop = Shop(aws, _blue_green())
    for action, status, answer in (("ROLLBACK", "ROLLBACK_SUCCESSFUL", "blue"), ("CONTINUE", "SUCCESSFUL", "green")):
        arn = shop.deploy("green", deploymentConfiguration=_blue_green(lifecycleHooks=[pause]))
        (told,) = until(lambda arn=arn: shop.deployment(arn).get("lifecycleHookDetails"), 15)
        assert (told["targetType"], told["status"], told["timeoutAction"]) == ("PAUSE", "AWAITING_ACTION", "ROLLBACK")
        assert 500 < told["expiresAt"].timestamp() - time.time() < 601
        time.sleep(1)
        assert shop.deployment(arn)["status"] == "IN_PROGRESS"
        assert shop.only("blue")
        continuing = {"serviceDeploymentArn": arn, "hookId": told["hookId"]}
        assert _code(shop.ecs.continue_service_deployment, **{**continuing, "hookId": "x"}) == "InvalidParameterException"
        shop.ecs.continue_service_deployment(**continuing, action=action)
        shop.ends(status)
        assert shop.only(answer)
        assert _code(shop.ecs.continue_service_deployment, **continuing) == "InvalidParameterException"


@acts("strategies")
def a_version_that_fails_its_checks_never_gets_a_request(aws: Server) -> None:
    """Though its health checks are asked; the circuit breaker gives it up."""
    shop = Shop(aws, _blue_green(**BREAKER))
    with Requests(shop.address) as requests:
        arn = shop.deploy("green", sick(500))
        shop.ends("ROLLBACK_SUCCESSFUL", 90)
    assert {key[0] for key in requests.seen} == {200}
    assert shop.only("blue")
    assert shop.deployment(arn)["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert shop.shares(arn) == (0.0, 100.0)


@acts("strategies")
def an_alarm_while_it_bakes_takes_the_traffic_back(aws: Server) -> None:
    """To tasks that never stopped."""
    shop, alarm = Shop(aws, _blue_green(60, **ALARMS)), Alarm(aws)
    before = shop.tasks()
    arn = shop.deploy("green")
    shop.is_at(arn, "BAKE_TIME")
    assert shop.only("green")
    alarm.is_("ALARM")
    until(lambda: shop.only("blue"), 5)
    shop.ends("ROLLBACK_SUCCESSFUL")
    assert shop.tasks() == before
    assert shop.deployment(arn)["alarms"]["status"] == "TRIGGERED"


@acts("strategies")
def a_deployment_that_is_stopped_gives_its_traffic_back(aws: Server) -> None:
    """And one that another interrupts, before that one starts; tasks of blue that end meanwhile are replaced."""
    half = {"canaryPercent": 50, "canaryBakeTimeInMinutes": 1000}
    shop = Shop(aws, {"strategy": "CANARY", "canaryConfiguration": half})
    (before,) = shop.tasks()
    for number in range(2):
        arn = shop.deploy(f"green {number}")
        until(lambda arn=arn: shop.shares(arn) == (50.0, 50.0), 15)
    until(lambda: len(shop.tasks()) == 2, 5)
    assert set(shop.answers()) == {"blue", "green 1"}
    shop.ecs.stop_task(cluster="c", task=before)
    until(lambda: len(shop.tasks()) == 2 and before not in shop.tasks(), 15)
    until(lambda: set(shop.answers()) == {"blue", "green 1"}, 15)
    shop.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    until(lambda: shop.only("blue"), 5)
    shop.ends("ROLLBACK_SUCCESSFUL")
    assert len(shop.tasks()) == 1


@acts("strategies")
def a_service_without_a_load_balancer_is_deployed_blue_green(aws: Server) -> None:
    """There is no traffic to shift, but both run until the bake time is over."""
    made = Service(aws, configuration=_blue_green(2))
    made.ends("SUCCESSFUL")
    (blue,) = made.tasks()
    arn = made.update(taskDefinition=made.define())
    until(lambda: made.deployment(arn)["lifecycleStage"] == "BAKE_TIME", 15)
    assert len(made.tasks()) == 2
    made.ends("SUCCESSFUL")
    assert blue not in made.tasks()


def _template(image: str, answer: str, code: str = APP, **more: Any) -> dict:
    resources = service(image, code, grace=1, Environment=[{"Name": "ANSWER", "Value": answer}])
    resources["Others"] = json.loads(json.dumps(resources["Targets"]))
    resources["Rule"] = {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
        "ListenerArn": {"Ref": "Listener"}, "Priority": 1, "Conditions": [{"Field": "path-pattern", "Values": ["*"]}],
        "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": {"Ref": "Targets"}, "Weight": 100}, {"TargetGroupArn": {"Ref": "Others"}, "Weight": 0}]}}]}}  # fmt: skip
    properties = resources["Service"]["Properties"]
    properties["LoadBalancers"][0]["AdvancedConfiguration"] = {
        "AlternateTargetGroupArn": {"Ref": "Others"}, "ProductionListenerRule": {"Ref": "Rule"}, "RoleArn": ROLE,
    }  # fmt: skip
    properties["DeploymentConfiguration"].update(Strategy="BLUE_GREEN", BakeTimeInMinutes=1, **more)
    return resources


@acts("strategies")
def a_template_is_deployed_blue_green_and_rolled_back(aws: Server) -> None:
    """With its hooks; clients see no failure, and the listener's rule leads to the old version again."""
    image = aws.image()
    hook = {"HookTargetArn": {"Fn::GetAtt": ["Hook", "Arn"]}, "RoleArn": ROLE, "LifecycleStages": ["POST_SCALE_UP"],
            "HookDetails": {"Key": "value"}}  # fmt: skip
    properties = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE, "Timeout": 30, "FunctionName": "hook"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {**properties, "Code": {"ZipFile": SAYS % "SUCCEEDED"}}}

    def template(answer: str, code: str = APP) -> dict:
        return {**_template(image, answer, code, LifecycleHooks=[hook]), "Hook": function}

    assert aws.deploy("t", template("one")) == "CREATE_COMPLETE"
    address = f"http://{aws.output('t', 'Address')}/"
    with Requests(address) as requests:
        assert aws.deploy("t", template("two"), update=True) == "UPDATE_COMPLETE"
        assert get(address) == (200, {"text": "two"})
        assert aws.deploy("t", template("three", DYING), update=True) == "UPDATE_ROLLBACK_COMPLETE"
        assert get(address) == (200, {"text": "two"})
        assert aws.deploy("t", template("four"), update=True) == "UPDATE_COMPLETE"
    assert {status for status, _ in requests.seen} == {200}
    assert get(address) == (200, {"text": "four"})
    assert {json.dumps(one["hookDetails"]) for one in _told(aws)} == {'{"Key": "value"}'}
    (deployment, *_) = aws.service("t")["deployments"]
    assert deployment["rolloutState"] == "COMPLETED"


@refused("strategies")
def deployments_that_the_local_aws_does_not_have(aws: Server) -> None:
    """By the API and by CloudFormation."""
    made = Service(aws)
    pause = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}
    for asked in ({"bakeTimeInMinutes": 1}, {"lifecycleHooks": [pause]}, {"earlySuccessCriteria": {"enable": True}}):
        code = _code(made.ecs.update_service, cluster="c", service="s", deploymentConfiguration=asked)
        assert code == "UnsupportedFeatureException"
    made.define(portMappings=[{"name": "http", "containerPort": 8080}])
    new = {"cluster": "c", "serviceName": "x", "taskDefinition": "s"}
    assert _code(made.ecs.create_service, **new, deploymentController={"type": "CODE_DEPLOY"}) == "UnsupportedFeatureException"
    aws.client("servicediscovery").create_http_namespace(Name="n")
    connect = {"enabled": True, "namespace": "n", "services": [{"portName": "http"}]}
    refused_by = _code(made.ecs.create_service, **new, deploymentConfiguration=_blue_green(), serviceConnectConfiguration=connect)
    assert refused_by == "UnsupportedFeatureException"
    resources = {name: one for name, one in service("none").items() if name != "Cluster"}  # that is there, with a service
    resources["Service"]["DependsOn"] = "Listener"
    resources["Service"]["Properties"]["DeploymentController"] = {"Type": "EXTERNAL"}
    assert aws.deploy("b", resources) == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="b")["StackEvents"]
    assert any("deploymentController EXTERNAL" in event.get("ResourceStatusReason", "") for event in events)


@acts("strategies")
def a_strategy_that_cannot_be_is_refused(aws: Server) -> None:
    """As AWS does: without its listener rule, with a share out of range, or with hooks that are none."""
    made = Service(aws)
    balancer = {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/a/1", "containerName": "app"}
    asked = [
        {"deploymentConfiguration": _blue_green(), "loadBalancers": [balancer]},
        {"deploymentConfiguration": {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 101}}},
        {"deploymentConfiguration": _blue_green(linearConfiguration={"stepPercent": 10})},
        {
            "deploymentConfiguration": _blue_green(
                lifecycleHooks=[{"targetType": "PAUSE", "lifecycleStages": ["TEST_TRAFFIC_SHIFT"]}]
            )
        },
    ]
    for one in asked:
        assert _code(made.ecs.update_service, cluster="c", service="s", **one) == "InvalidParameterException", one
