"""Services scale by themselves: by targets, by steps and by schedule."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.alarms import state
from tests.integration.behaviours.contract import acts, refused
from tests.integration.local_aws import APP, DEAF, Server, never, service, until
from tests.integration.support import get

TARGET = {"ServiceNamespace": "ecs", "ResourceId": "service/c/web", "ScalableDimension": "ecs:service:DesiredCount"}
FAST = {"ScaleOutCooldown": 0, "ScaleInCooldown": 0}


def worker(aws: Server, code: str = DEAF, *, count: int = 1, **container) -> dict:
    """Resources of a service without a load balancer."""
    resources = service(aws.image(), code, count=count, StopTimeout=1, **container)
    made = {name: resources[name] for name in ("Cluster", "Logs", "Task", "Service")}
    made["Cluster"]["Properties"]["ClusterSettings"] = [{"Name": "containerInsights", "Value": "enabled"}]
    made["Service"]["DependsOn"] = "Cluster"
    made["Service"]["Properties"]["ServiceName"] = "web"
    for key in ("LoadBalancers", "HealthCheckGracePeriodSeconds"):
        del made["Service"]["Properties"][key]
    return made


def scalable(low: int, high: int, **more) -> dict:
    resource_id = {"Fn::Join": ["", ["service/c/", {"Fn::GetAtt": ["Service", "Name"]}]]}
    return {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
        **TARGET, "ResourceId": resource_id, "MinCapacity": low, "MaxCapacity": high, **more}}  # fmt: skip


def tracking(target: float, **configuration) -> dict:
    return {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {
        "PolicyName": "track", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": {"Ref": "Scalable"},
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": target, **configuration}}}  # fmt: skip


def wanted(aws: Server) -> int:
    return aws.client("ecs").describe_services(cluster="c", services=["web"])["services"][0]["desiredCount"]


def running(aws: Server) -> int:
    return aws.client("ecs").describe_services(cluster="c", services=["web"])["services"][0]["runningCount"]


def causes(aws: Server) -> list[str]:
    """Of what was done to this service, the newest first; an account keeps what was done to one of that name before."""
    begun = aws.client("ecs").describe_services(cluster="c", services=["web"])["services"][0]["createdAt"]
    found = aws.client("application-autoscaling").describe_scaling_activities(ServiceNamespace="ecs", ResourceId="service/c/web")
    assert all(activity["StatusCode"] == "Successful" for activity in found["ScalingActivities"])
    return [activity["Cause"] for activity in found["ScalingActivities"] if activity["StartTime"] >= begun]


def _metric(id: str, namespace: str, name: str, statistic: str, **dimensions: str) -> dict:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": listed}
    return {"Id": id, "MetricStat": {"Metric": metric, "Stat": statistic}, "ReturnData": False}


@acts("scaling_policies")
def a_service_follows_the_backlog_of_a_queue_from_none_and_back(aws: Server) -> None:
    """As many workers as there is work: target tracking on messages for each task, by metric maths."""
    queue = aws.client("sqs").create_queue(QueueName=f"{aws.name}-jobs")["QueueUrl"]
    metrics = [
        {"Id": "share", "Expression": "IF(tasks > 0, waiting / tasks, waiting)"},
        _metric("waiting", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=f"{aws.name}-jobs"),
        _metric("tasks", "ECS/ContainerInsights", "RunningTaskCount", "Maximum", ClusterName="c", ServiceName="web"),
    ]
    resources = worker(aws, count=0) | {
        "Scalable": scalable(0, 9),
        "Policy": tracking(10, CustomizedMetricSpecification={"Metrics": metrics}, **FAST),
    }
    assert aws.deploy("q", resources) == "CREATE_COMPLETE"
    for batch in (10, 10, 10, 5):
        entries = [{"Id": str(number), "MessageBody": "work"} for number in range(batch)]
        aws.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)
    until(lambda: running(aws) == 4, 15)
    aws.client("sqs").purge_queue(QueueUrl=queue)
    until(lambda: running(aws) == 0, 30)
    assert ["AlarmLow" in causes(aws)[0], "AlarmHigh" in causes(aws)[-1]] == [True, True]
    assert "triggered policy track" in causes(aws)[0]


@acts("scaling_policies", only_here="target tracking looks at minutes")
def a_service_follows_requests_of_its_load_balancer(aws: Server) -> None:
    """Requests in a minute for each target."""
    resources = service(aws.image(), APP)
    resources["Service"]["Properties"]["ServiceName"] = "web"
    label = {
        "Fn::Join": [
            "/",
            [{"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}, {"Fn::GetAtt": ["Targets", "TargetGroupFullName"]}],
        ]
    }
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    resources |= {"Scalable": scalable(1, 5), "Policy": tracking(10, PredefinedMetricSpecification=metric)}
    assert aws.deploy("a", resources) == "CREATE_COMPLETE"
    url = f"http://{aws.output('a', 'Address')}/"
    for _ in range(10):
        until(lambda: get(url)[0] == 200, 3)
    assert wanted(aws) == 1
    for _ in range(15):
        get(url)
    until(lambda: wanted(aws) == 3, 6)
    assert "AlarmHigh" in causes(aws)[0]


@acts("scaling_policies")
def a_service_whose_tasks_work_hard_gets_more(aws: Server) -> None:
    """CPU as it is measured; no more than the maximum."""
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    resources = worker(aws, "while True: pass", Cpu=128) | {
        "Scalable": scalable(1, 2),
        "Policy": tracking(25, PredefinedMetricSpecification=metric),
    }
    assert aws.deploy("h", resources) == "CREATE_COMPLETE"
    assert wanted(aws) == 1
    until(lambda: wanted(aws) == 2, 15)


def _step(adjustment: str, *steps: tuple[float | None, float | None, int], name: str = "step", **more) -> dict:
    intervals = [
        {key: value for key, value in zip(
            ("MetricIntervalLowerBound", "MetricIntervalUpperBound", "ScalingAdjustment"), step, strict=True
        ) if value is not None}
        for step in steps
    ]  # fmt: skip
    return {**TARGET, "PolicyName": name, "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {
        "AdjustmentType": adjustment, "StepAdjustments": intervals, "Cooldown": 0, **more}}  # fmt: skip


@acts("scaling_policies")
def an_alarm_scales_in_steps(aws: Server) -> None:
    """The further the metric is from its threshold, the larger the step; an alarm calls the policy that it names."""
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmName": "load", "Namespace": aws.name, "MetricName": "Load", "Statistic": "Maximum", "Period": 10, "EvaluationPeriods": 1,
        "Threshold": 50, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "AlarmActions": [{"Ref": "Policy"}]}}  # fmt: skip
    policy = _step("ChangeInCapacity", (0, 20, 1), (20, None, 3))
    policy["ScalingTargetId"] = {"Ref": "Scalable"}
    for key in TARGET:
        del policy[key]
    resources = worker(aws) | {"Scalable": scalable(1, 9), "Alarm": alarm}
    resources["Policy"] = {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": policy}
    assert aws.deploy("s", resources) == "CREATE_COMPLETE"
    aws.client("cloudwatch").put_metric_data(
        Namespace=aws.name, MetricData=[{"MetricName": "Load", "Value": 75, "StorageResolution": 1}]
    )
    until(lambda: running(aws) == 4, 8)
    assert causes(aws) == ["monitor alarm load in state ALARM triggered policy step"]


@acts("scaling_policies")
def steps_are_counted_exactly_or_in_percent(aws: Server) -> None:
    """And at least by MinAdjustmentMagnitude; never out of the bounds."""
    assert aws.deploy("p", worker(aws, count=0)) == "CREATE_COMPLETE"
    client, alarms = aws.client("application-autoscaling"), aws.client("cloudwatch")
    client.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=5)

    def called(name: str, policy: dict) -> None:
        arn = client.put_scaling_policy(**policy)["PolicyARN"]
        alarms.put_metric_alarm(
            AlarmName=name, Namespace="None", MetricName="None", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn], TreatMissingData="ignore",
        )  # fmt: skip
        alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")

    for name, policy, count in (
        ("exact", _step("ExactCapacity", (0, None, 2), name="exact"), 2),
        ("percent", _step("PercentChangeInCapacity", (0, None, 10), name="percent", MinAdjustmentMagnitude=2), 4),
        ("much", _step("ChangeInCapacity", (0, None, 50), name="much"), 5),
    ):
        called(name, policy)
        until(lambda count=count: wanted(aws) == count, 4)
        client.delete_scaling_policy(**TARGET, PolicyName=policy["PolicyName"])


@acts("scaling_policies", only_here="its time is over before AWS has made the stack")
def a_schedule_sets_the_bounds_in_its_time_zone(aws: Server) -> None:
    """And the count moves within them; a schedule of a template."""
    at = (datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(seconds=6)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    action = {"ScheduledActionName": "morning", "Schedule": at, "Timezone": "Asia/Tokyo",
              "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 3}}  # fmt: skip
    resources = worker(aws, count=0) | {"Scalable": scalable(0, 1, ScheduledActions=[action])}
    assert aws.deploy("t", resources) == "CREATE_COMPLETE"
    client = aws.client("application-autoscaling")
    (told,) = client.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert (told["Schedule"], told["Timezone"]) == (at, "Asia/Tokyo")
    assert wanted(aws) == 0
    until(lambda: wanted(aws) == 2, 10)
    assert causes(aws) == ["minimum capacity was set to 2", "scheduled action name morning was triggered"]
    (target,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 3)


@acts("scaling_policies")
def a_service_is_moved_into_the_bounds_of_its_target(aws: Server) -> None:
    """When they are set."""
    assert aws.deploy("m", worker(aws, count=0)) == "CREATE_COMPLETE"
    client = aws.client("application-autoscaling")
    client.register_scalable_target(**TARGET, MinCapacity=2, MaxCapacity=4)
    until(lambda: wanted(aws) == 2, 4)
    client.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=1)
    until(lambda: wanted(aws) == 1, 4)
    assert causes(aws) == ["maximum capacity was set to 1", "minimum capacity was set to 2"]


@acts("scaling_policies", only_here="a minute's data are old on AWS when they are looked at again")
def what_is_suspended_or_in_its_cooldown_waits(aws: Server) -> None:
    """Scale-out that is suspended is not done; within a cooldown only what is more than the last step is added."""
    assert aws.deploy("w", worker(aws, count=0)) == "CREATE_COMPLETE"
    client, alarms = aws.client("application-autoscaling"), aws.client("cloudwatch")
    suspended = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": True, "ScheduledScalingSuspended": False}
    client.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=9, SuspendedState=suspended)
    policy = _step("ChangeInCapacity", (0, 20, 1), (20, None, 2), Cooldown=60)
    alarm = {
        "AlarmName": "load", "Namespace": aws.name, "MetricName": "Load", "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [client.put_scaling_policy(**policy)["PolicyARN"]],
    }  # fmt: skip
    alarms.put_metric_data(Namespace=aws.name, MetricData=[{"MetricName": "Load", "Value": 60}])
    alarms.put_metric_alarm(**alarm)
    until(lambda: state(aws, "load") == "ALARM", 3)
    never(lambda: wanted(aws) > 0, 2)
    client.register_scalable_target(**TARGET, SuspendedState={"DynamicScalingOutSuspended": False})
    alarms.set_alarm_state(AlarmName="load", StateValue="OK", StateReason="again")
    until(lambda: wanted(aws) == 1, 4)
    alarms.put_metric_data(Namespace=aws.name, MetricData=[{"MetricName": "Load", "Value": 90}])
    for _ in range(2):
        alarms.set_alarm_state(AlarmName="load", StateValue="OK", StateReason="again")
        until(lambda: state(aws, "load") == "ALARM" and wanted(aws) == 2, 4)


@acts("scaling_policies")
def a_deploy_keeps_the_count_that_scaling_has_set(aws: Server) -> None:
    """Where the template does not name DesiredCount."""
    resources = worker(aws) | {"Scalable": scalable(3, 5)}
    del resources["Service"]["Properties"]["DesiredCount"]
    assert aws.deploy("k", resources) == "CREATE_COMPLETE"
    until(lambda: running(aws) == 3, 6)
    resources["Task"]["Properties"]["ContainerDefinitions"][0]["Environment"] = [{"Name": "VERSION", "Value": "2"}]
    assert aws.deploy("k", resources, update=True) == "UPDATE_COMPLETE"
    assert wanted(aws) == 3
    assert causes(aws) == ["minimum capacity was set to 3"]


@acts("service_counts")
def a_deploy_sets_the_count_that_its_template_names(aws: Server) -> None:
    """Or a service that was paused would stay so here, and come back there."""
    resources = worker(aws, count=1)
    assert aws.deploy("n", resources) == "CREATE_COMPLETE"
    aws.client("ecs").update_service(cluster="c", service="web", desiredCount=0)
    resources["Task"]["Properties"]["ContainerDefinitions"][0]["Environment"] = [{"Name": "VERSION", "Value": "2"}]
    assert aws.deploy("n", resources, update=True) == "UPDATE_COMPLETE"
    assert wanted(aws) == 1


@acts("auto_scaling")
def targets_and_policies_are_told_as_they_were_put(aws: Server) -> None:
    """With the alarms of target tracking, which go with their policy."""
    assert aws.deploy("d", worker(aws, count=0)) == "CREATE_COMPLETE"
    client = aws.client("application-autoscaling")
    arn = client.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=2, Tags={"team": "a"})["ScalableTargetARN"]
    configuration = {"TargetValue": 60.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"},
                     "ScaleInCooldown": 30, "DisableScaleIn": True}  # fmt: skip
    made = client.put_scaling_policy(
        **TARGET, PolicyName="memory", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=configuration
    )
    assert made["PolicyARN"].endswith(":resource/ecs/service/c/web:policyName/memory")
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    assert [name.rsplit("-", 5)[0] for name in names] == [f"TargetTracking-service/c/web-Alarm{side}" for side in ("High", "Low")]
    found = aws.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert [alarm["AlarmActions"] for alarm in found] == [[made["PolicyARN"]]] * 2
    (policy,) = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == configuration
    client.tag_resource(ResourceARN=arn, Tags={"stage": "b"})
    client.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "b"}
    client.deregister_scalable_target(**TARGET)
    assert aws.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []
    assert client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []


@acts("scaling_types")
def a_template_scales_a_service(aws: Server) -> None:
    """And takes its policies and targets away with the stack."""
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    resources = worker(aws, count=0) | {"Scalable": scalable(0, 2), "Policy": tracking(50, PredefinedMetricSpecification=metric)}
    assert aws.deploy("t", resources) == "CREATE_COMPLETE"
    client = aws.client("application-autoscaling")
    resources["Scalable"]["Properties"]["MaxCapacity"] = 7
    resources["Policy"]["Properties"]["PolicyName"] = "renamed"
    assert aws.deploy("t", resources, update=True) == "UPDATE_COMPLETE"
    (target,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert target["MaxCapacity"] == 7
    assert [policy["PolicyName"] for policy in client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]] == [
        "renamed"
    ]
    aws.client("cloudformation").delete_stack(StackName="t")
    until(lambda: not client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"], 5)
    assert client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []


@refused("auto_scaling")
def scaling_of_what_does_not_scale_here(aws: Server) -> None:
    """Tables, replicas; a service that is not there; policies without a target."""
    client = aws.client("application-autoscaling")
    for what, message in (
        (
            {**TARGET, "ServiceNamespace": "dynamodb", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"},
            "ecs:service:DesiredCount only",
        ),
        (TARGET, "ECS service doesn't exist: service/c/web"),
    ):
        with pytest.raises(ClientError, match=message):
            client.register_scalable_target(**what, MinCapacity=1, MaxCapacity=2)
    with pytest.raises(
        client.exceptions.ObjectNotFoundException, match="No scalable target registered for service namespace: ecs"
    ):
        client.put_scaling_policy(**_step("ChangeInCapacity", (0, None, 1)))
    with pytest.raises(client.exceptions.ObjectNotFoundException):
        client.deregister_scalable_target(**TARGET)
