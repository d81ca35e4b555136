"""`ServiceScaling`: bounds, and what moves the count within them."""

import json
import subprocess

import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sqs as sqs

from dockyard_constructs import MetricSteps, Route, ScheduledBounds, ServiceScaling, Step, WebService
from tests.synth.test_lint import SCRIPTS


@pytest.fixture
def web(stack, vpc):
    group = ec2.SecurityGroup.from_security_group_id(stack, "Front", "sg-front", mutable=False)
    return WebService(
        stack, "Web", desired_count=3, route=Route(7), image=ecs.ContainerImage.from_registry("nginx"),
        cluster=ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc),
        listener=elbv2.ApplicationListener.from_application_listener_attributes(
            stack, "Listener", listener_arn="arn:aws:elasticloadbalancing:x:1:listener/app/a/b/c", security_group=group
        ),
    )  # fmt: skip


@pytest.fixture
def make(stack, web, template):
    def made(**settings):
        ServiceScaling(stack, "Scaling", service=web.service, **settings)
        return template()

    return made


def policies(found):
    return {one["Properties"]["PolicyName"]: one["Properties"] for one in found.all("ApplicationAutoScaling::ScalingPolicy")}


def tracked(policy):
    return policy["TargetTrackingScalingPolicyConfiguration"]


def stepped(found, name):
    """Of one step policy: its alarm, and its steps as lower bound, upper bound, change."""
    configuration = policies(found)[name]["StepScalingPolicyConfiguration"]
    (id,) = [id for id, r in found.json["Resources"].items() if r.get("Properties", {}).get("PolicyName") == name]
    (alarm,) = [a["Properties"] for a in found.all("CloudWatch::Alarm") if a["Properties"]["AlarmActions"] == [{"Ref": id}]]
    keys = ("MetricIntervalLowerBound", "MetricIntervalUpperBound", "ScalingAdjustment")
    return alarm, [tuple(step.get(key) for key in keys) for step in configuration["StepAdjustments"]]


def linted(found, tmp_path):
    file = tmp_path / "a.template.json"
    file.write_text(json.dumps(found.json))
    made_up_ids = ["--ignore-checks", "E115"]
    return subprocess.run([SCRIPTS / "cfn-lint", *made_up_ids, "--", file], capture_output=True, text=True, check=False).stdout


def test_with_bounds_alone_nothing_moves_the_count_and_no_deploy_does(make, tmp_path):
    found = make(max_capacity=9)
    target = found.one("ApplicationAutoScaling::ScalableTarget")
    assert "DesiredCount" not in found.one("ECS::Service")
    assert (target["MinCapacity"], target["MaxCapacity"], target["ScalableDimension"]) == (1, 9, "ecs:service:DesiredCount")
    assert "ScheduledActions" not in target
    assert policies(found) == {}
    assert "Monitoring" not in found.one("ECS::Service")
    assert linted(found, tmp_path) == ""


def test_with_all_set(stack, web, make, tmp_path):
    metric = cloudwatch.Metric(namespace="Shop", metric_name="Orders")
    found = make(
        min_capacity=0, max_capacity=20, cpu_utilization=60, memory_utilization=70, high_resolution=True,
        target_group=web.target_group, requests_per_target=1000, response_time=Duration.millis(500),
        queue=sqs.Queue(stack, "Jobs"), backlog_per_task=25,
        steps=[MetricSteps(metric, [Step(1, at_least=100), Step(5, at_least=500), Step(-1, at_most=10), Step(-3, at_most=2)])],
        schedule=[ScheduledBounds("cron(0 8 * * ? *)", 2, 20)], time_zone="Europe/Berlin",
        scale_out_cooldown=Duration.seconds(0), scale_in_cooldown=Duration.minutes(10),
    )  # fmt: skip
    made = policies(found)
    assert set(made) == {
        "CPUUtilization", "MemoryUtilization", "Requests", "Backlog", "FromZero", "Slow", "Steps1Up", "Steps1Down",
    }  # fmt: skip
    cpu = tracked(made["CPUUtilization"])
    assert (cpu["TargetValue"], cpu["ScaleOutCooldown"], cpu["ScaleInCooldown"]) == (60, 0, 600)
    assert cpu["PredefinedMetricSpecification"] == {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"}
    (action,) = found.one("ApplicationAutoScaling::ScalableTarget")["ScheduledActions"]
    assert (action["Schedule"], action["Timezone"]) == ("cron(0 8 * * ? *)", "Europe/Berlin")
    assert action["ScalableTargetAction"] == {"MinCapacity": 2, "MaxCapacity": 20}
    assert found.one("ECS::Service")["Monitoring"] == {
        "MetricConfigurations": [{"MetricNames": ["CPUUtilization", "MemoryUtilization"], "ResolutionSeconds": 20}]
    }
    assert linted(found, tmp_path) == ""


def test_requests_are_counted_where_the_rule_sends_them_and_only_once_it_does(web, make):
    """AWS refuses the policy of a target group that no load balancer has."""
    found = make(max_capacity=9, target_group=web.target_group, requests_per_target=100)
    (policy,) = found.all("ApplicationAutoScaling::ScalingPolicy")
    label = json.dumps(tracked(policy["Properties"])["PredefinedMetricSpecification"]["ResourceLabel"])
    assert "TargetGroupFullName" in label
    (rule,) = [id for id, r in found.json["Resources"].items() if r["Type"].endswith("::ListenerRule")]
    assert rule in policy["DependsOn"]


def test_backlog_is_messages_for_each_task_and_the_first_message_starts_one(stack, make):
    found = make(min_capacity=0, max_capacity=9, queue=sqs.Queue(stack, "Jobs"), backlog_per_task=25)
    backlog = tracked(policies(found)["Backlog"])
    share, waiting, tasks = backlog["CustomizedMetricSpecification"]["Metrics"]
    assert (backlog["TargetValue"], share["Expression"]) == (25, "IF(tasks > 0, waiting / tasks, waiting)")
    assert [one["MetricStat"]["Metric"]["MetricName"] for one in (waiting, tasks)] == [
        "ApproximateNumberOfMessagesVisible", "RunningTaskCount",
    ]  # fmt: skip
    alarm, steps = stepped(found, "FromZero")
    assert (alarm["Threshold"], steps) == (1, [(0, None, 1)])
    assert "IF(FILL(tasks, 0) > 0, 0, waiting)" in [one.get("Expression") for one in alarm["Metrics"]]


def test_slow_answers_add_tenths_and_quick_ones_take_them_away_where_nothing_else_does(web, make):
    found = make(max_capacity=9, target_group=web.target_group, response_time=Duration.millis(500))
    alarm, steps = stepped(found, "Slow")
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (0.5, 2, "notBreaching")
    assert steps == [(0, 0.5, 10), (0.5, None, 30)]
    alarm, steps = stepped(found, "Quick")
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (0.25, 15, "breaching")
    assert steps == [(None, 0, -10)]
    configuration = policies(found)["Quick"]["StepScalingPolicyConfiguration"]
    assert (configuration["AdjustmentType"], configuration["MinAdjustmentMagnitude"]) == ("PercentChangeInCapacity", 1)


def test_where_another_metric_is_tracked_slow_answers_only_add(web, make):
    found = make(max_capacity=9, cpu_utilization=50, target_group=web.target_group, response_time=Duration.seconds(1))
    assert set(policies(found)) == {"CPUUtilization", "Slow"}


def test_steps_are_told_by_values_and_made_by_distances(make):
    metric = cloudwatch.Metric(namespace="Shop", metric_name="Orders")
    steps = [Step(5, at_least=500), Step(1, at_least=100), Step(-1, at_most=10), Step(-3, at_most=2)]
    found = make(max_capacity=9, steps=[MetricSteps(metric, steps)])
    alarm, up = stepped(found, "Steps1Up")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (100, "GreaterThanOrEqualToThreshold")
    assert up == [(0, 400, 1), (400, None, 5)]
    alarm, down = stepped(found, "Steps1Down")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (10, "LessThanOrEqualToThreshold")
    assert down == [(None, -8, -3), (-8, 0, -1)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"min_capacity": 5, "max_capacity": 3}, "min_capacity should be at most max_capacity"),
        ({"max_capacity": 3, "requests_per_target": 9}, "need a target_group"),
        ({"max_capacity": 3, "backlog_per_task": 9}, "needs a queue"),
        ({"max_capacity": 3, "high_resolution": True}, "got neither"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(make, settings, said):
    with pytest.raises(ValueError, match=said):
        make(**settings)
