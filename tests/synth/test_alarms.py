"""`ServiceAlarms`, `ClusterDashboard` and `StoppedTasks`."""

import json

import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from dockyard_constructs import AlarmThresholds, ClusterDashboard, ServiceAlarms, StoppedTasks

BALANCER = "app/shop/0123456789abcdef"


@pytest.fixture
def cluster(stack, vpc):
    return ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)


@pytest.fixture
def service(stack, cluster):
    return ecs.FargateService.from_fargate_service_attributes(stack, "Service", cluster=cluster, service_name="web")


@pytest.fixture
def targets(stack):
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
    return elbv2.ApplicationTargetGroup.from_target_group_attributes(stack, "Targets", target_group_arn=arn)


def test_with_all_defaults_a_service_without_requests_has_alarms_of_its_size(stack, service, template):
    made = ServiceAlarms(stack, "Alarms", service=service)
    assert set(made.alarms) == {"cpu", "memory"}
    for alarm in template().all("CloudWatch::Alarm"):
        properties = alarm["Properties"]
        assert {d["Name"]: d["Value"] for d in properties["Dimensions"]} == {"ClusterName": "shop", "ServiceName": "web"}
        assert (properties["Threshold"], properties["TreatMissingData"]) == (90, "notBreaching")
        assert not {"AlarmActions", "AlarmName"} & properties.keys()


def test_with_everything_set_all_are_told_to_the_topic_under_names(stack, service, targets, template):
    topic, queue, letters = sns.Topic(stack, "Topic"), sqs.Queue(stack, "Queue"), sqs.Queue(stack, "Letters")
    limits = AlarmThresholds(errors=1, latency=0.5, unhealthy=2, cpu=80, memory=None, queue_age=60, dead_letters=5)
    ServiceAlarms(
        stack, "Alarms", service=service, target_group=targets, load_balancer_full_name=BALANCER, queue=queue,
        dead_letter_queue=letters, thresholds=limits, topic=topic, name_prefix="shop-dev-web",
    )  # fmt: skip
    found = {alarm["Properties"]["AlarmName"]: alarm["Properties"] for alarm in template().all("CloudWatch::Alarm")}
    thresholds = {name.removeprefix("shop-dev-web-"): alarm["Threshold"] for name, alarm in found.items()}
    assert thresholds == {"errors": 1, "latency": 0.5, "unhealthy": 2, "cpu": 80, "queue-age": 60, "dead-letters": 5}
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "TopicBFC7AF6E"}] for alarm in found.values())
    assert found["shop-dev-web-latency"]["ExtendedStatistic"] == "p95"
    assert found["shop-dev-web-dead-letters"]["EvaluationPeriods"] == 1
    names = {m["MetricStat"]["Metric"]["MetricName"] for m in found["shop-dev-web-errors"]["Metrics"] if "MetricStat" in m}
    assert names == {"RequestCount", "HTTPCode_Target_5XX_Count", "TargetConnectionErrorCount"}


def test_a_target_group_wants_its_load_balancer(stack, service, targets):
    with pytest.raises(ValueError, match="given both or neither"):
        ServiceAlarms(stack, "Alarms", service=service, target_group=targets)


@pytest.mark.parametrize(("balancer", "widgets"), [(None, 4), (BALANCER, 8)])
def test_a_dashboard_finds_services_that_are_not_there_yet(stack, cluster, template, balancer, widgets):
    ClusterDashboard(stack, "Dashboard", cluster=cluster, load_balancer_full_name=balancer, dashboard_name="shop")
    found = template().one("CloudWatch::Dashboard")
    assert found["DashboardName"] == "shop"
    body = json.loads(found["DashboardBody"] if isinstance(found["DashboardBody"], str) else json.dumps(found["DashboardBody"]))
    text = body if isinstance(body, str) else json.dumps(body)
    assert text.count("SEARCH(") == widgets
    assert "ServiceName" in text


def test_tasks_that_end_by_themselves_are_told(stack, cluster, template):
    StoppedTasks(stack, "Stopped", cluster=cluster, topic=sns.Topic(stack, "Topic"))
    rule = template().one("Events::Rule")
    assert rule["EventPattern"]["detail"]["stopCode"] == ["EssentialContainerExited", "TaskFailedToStart"]
    transformer = rule["Targets"][0]["InputTransformer"]
    assert set(transformer["InputPathsMap"].values()) == {"$.detail.group", "$.detail.stoppedReason"}
    assert template().all("SNS::TopicPolicy")
