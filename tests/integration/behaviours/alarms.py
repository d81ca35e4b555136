"""CloudWatch's alarms go off, and its metrics are those of what runs."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts, refused
from tests.integration.local_aws import APP, Server, service, until
from tests.integration.support import get


def _put(aws: Server, name: str, value: float, *, ago: float = 0, **dimensions: str) -> None:
    listed = [{"Name": key, "Value": one} for key, one in dimensions.items()]
    moment = datetime.now(UTC) - timedelta(seconds=ago)
    aws.client("cloudwatch").put_metric_data(
        Namespace=aws.name,
        MetricData=[{"MetricName": name, "Dimensions": listed, "Value": value, "Timestamp": moment, "StorageResolution": 1}],
    )


def _alarm(aws: Server, name: str, metric: str = "Errors", **settings) -> None:
    aws.client("cloudwatch").put_metric_alarm(**{
        "AlarmName": name, "Namespace": aws.name, "MetricName": metric, "Statistic": "Maximum", "Period": 10, "EvaluationPeriods": 1,
        "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", **settings,
    })  # fmt: skip


def state(aws: Server, name: str) -> str:
    return aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def metric(aws: Server, namespace: str, name: str, statistic: str, **dimensions: str) -> float | None:
    """Over the last ten minutes."""
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Dimensions=[{"Name": key, "Value": one} for key, one in dimensions.items()],
        StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=1), Period=3600, Statistics=[statistic],
    )["Datapoints"]  # fmt: skip
    return found[-1][statistic] if found else None


@acts("alarms")
def an_alarm_minds_its_dimensions(aws: Server) -> None:
    """Or one service's errors would be another's alarm."""
    _alarm(aws, "mine", Dimensions=[{"Name": "Service", "Value": "a"}])
    _alarm(aws, "other", Dimensions=[{"Name": "Service", "Value": "b"}])
    _put(aws, "Errors", 9, Service="a")
    until(lambda: state(aws, "mine") == "ALARM", 3)
    assert state(aws, "other") == "INSUFFICIENT_DATA"


@acts("alarms")
def an_alarm_treats_missing_data_as_it_is_told(aws: Server) -> None:
    """A service that says nothing is well, or is not: who makes the alarm decides."""
    expected = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA", "ignore": "INSUFFICIENT_DATA"}
    for missing in expected:
        _alarm(aws, missing, TreatMissingData=missing)
    until(lambda: {missing: state(aws, missing) for missing in expected} == expected, 4)


@acts("alarms")
def an_alarm_ends_when_its_metric_is_silent(aws: Server) -> None:
    """And goes back by itself, with nobody sending anything."""
    _put(aws, "Errors", 9, ago=26)
    _alarm(aws, "quiet", TreatMissingData="notBreaching")
    until(lambda: state(aws, "quiet") == "ALARM", 2)
    until(lambda: state(aws, "quiet") == "OK", 8)


@acts("alarms")
def an_alarm_wants_as_many_breaching_datapoints_as_it_says(aws: Server) -> None:
    """M of the last N."""
    settings = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2, "TreatMissingData": "notBreaching"}
    for ago, value in ((25, 1), (15, 1), (5, 9)):
        _put(aws, "Errors", value, ago=ago)
    _alarm(aws, "two", **settings)
    until(lambda: state(aws, "two") == "OK", 3)
    for ago in (15, 5):
        _put(aws, "Errors", 9, ago=ago)
    until(lambda: state(aws, "two") == "ALARM", 3)


def _rate(aws: Server, expression: str) -> list[dict]:
    return [
        {"Id": "rate", "Expression": expression, "Label": "Errors in percent", "ReturnData": True},
        *(
            {"Id": id, "ReturnData": False, "MetricStat": {
                "Metric": {"Namespace": aws.name, "MetricName": name}, "Period": 60, "Stat": "Sum"}}
            for id, name in (("errors", "Errors"), ("requests", "Requests"))
        ),
    ]  # fmt: skip


@acts("alarms")
def an_alarm_is_on_an_expression(aws: Server) -> None:
    """As a rate of errors, in a template too."""
    properties = {
        "AlarmName": "rate", "Metrics": _rate(aws, "100 * errors / requests"), "EvaluationPeriods": 1, "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
    }  # fmt: skip
    assert aws.deploy("r", {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}) == "CREATE_COMPLETE"
    until(lambda: state(aws, "rate") == "OK", 3)
    _put(aws, "Requests", 100)
    _put(aws, "Errors", 4)
    time.sleep(1.2)
    assert state(aws, "rate") == "OK"
    _put(aws, "Requests", 100)
    _put(aws, "Errors", 40)
    until(lambda: state(aws, "rate") == "ALARM", 3)
    (described,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["rate"])["MetricAlarms"]
    assert described["Metrics"][0]["Expression"] == "100 * errors / requests"
    assert "(5.0)" in described["StateReason"]


@acts("alarms")
def metric_data_of_an_expression(aws: Server) -> None:
    """Each point is computed; a metric without data is filled."""
    _put(aws, "Requests", 100)
    _put(aws, "Requests", 60)
    now = datetime.now(UTC)

    def complete() -> bool:
        (found,) = aws.client("cloudwatch").get_metric_data(
            MetricDataQueries=_rate(aws, "requests + FILL(errors, 7)"), StartTime=now - timedelta(minutes=2),
            EndTime=now + timedelta(minutes=2),
        )["MetricDataResults"]  # fmt: skip
        assert found["Label"] == "Errors in percent"
        return sum(found["Values"]) == 160 + 7 * len(found["Values"])

    until(complete, 3)


@refused("alarms")
def an_alarm_on_what_is_not_evaluated(aws: Server) -> None:
    """An alarm that could never go off would be worse."""
    for expression in ("ANOMALY_DETECTION_BAND(errors, 2)", "RATE(errors)", "errors +"):
        with pytest.raises(ClientError, match="Error in expression 'rate'"):
            aws.client("cloudwatch").put_metric_alarm(
                AlarmName="odd", Metrics=_rate(aws, expression), EvaluationPeriods=1, Threshold=5,
                ComparisonOperator="GreaterThanThreshold",
            )  # fmt: skip
    with pytest.raises(ClientError, match="anomaly detection"):
        _alarm(aws, "odd", ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold")


@acts("load_balancer_metrics")
def requests_are_counted_by_load_balancer_and_target_group(aws: Server) -> None:
    """With their status codes and response times."""
    assert aws.deploy("s", service(aws.image(), APP)) == "CREATE_COMPLETE"
    url = f"http://{aws.output('s', 'Address')}"
    for path in ("/", "/", "/", "/sick"):
        get(url + path)
    balancer = aws.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"].split(":loadbalancer/")[1]
    group = aws.output("s", "Targets").rsplit(":", 1)[1]

    def seen(name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
        return metric(aws, "AWS/ApplicationELB", name, statistic, **dimensions)

    until(lambda: seen("RequestCount", LoadBalancer=balancer) == 4, 4)
    both = {"LoadBalancer": balancer, "TargetGroup": group}
    until(lambda: seen("RequestCount", **both) == 4, 2)
    assert seen("HTTPCode_Target_2XX_Count", **both) == 3
    assert seen("HTTPCode_Target_4XX_Count", **both) == 1
    assert seen("HTTPCode_Target_5XX_Count", **both) is None
    assert seen("RequestCountPerTarget", TargetGroup=group) == 4
    assert seen("TargetResponseTime", "SampleCount", **both) == 4
    assert 0 < seen("TargetResponseTime", "Maximum", **both) < 2
    assert seen("HealthyHostCount", "Maximum", **both) == 1

    def listed() -> bool:
        found = aws.client("cloudwatch").list_metrics(Namespace="AWS/ApplicationELB", MetricName="TargetResponseTime")["Metrics"]
        names = [{one["Name"] for one in each["Dimensions"]} for each in found]
        return {"LoadBalancer"} in names and {"LoadBalancer", "TargetGroup"} in names

    until(listed, 15)


@acts("load_balancer_metrics")
def an_alarm_on_5xx_goes_off_from_real_requests(aws: Server) -> None:
    """A deployment's default alarm."""
    resources = {name: one for name, one in service("none").items() if name in ("Balancer", "Targets", "Listener")}
    resources["Alarm"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmName": "5xx", "Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_ELB_5XX_Count", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 3, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "Dimensions": [{"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}}]}}  # fmt: skip
    assert aws.deploy("b", resources) == "CREATE_COMPLETE"
    url = f"http://{aws.output('b', 'Address')}/"
    until(lambda: get(url)[0] == 503, 3)  # its port opens a moment after the stack is there
    assert get(url)[0] == 503
    time.sleep(2.2)
    assert state(aws, "5xx") != "ALARM"
    assert get(url)[0] == 503
    until(lambda: state(aws, "5xx") == "ALARM", 4)


@acts("load_balancer_metrics")
def an_alarm_on_unhealthy_targets_goes_off(aws: Server) -> None:
    """When a target that was well no longer is."""
    breakable = APP.replace("time.sleep(2", "broken.add(self.path)\n        time.sleep(2").replace(
        'self.path == "/sick"', '"/break" in broken'
    )
    resources = service(aws.image(), f"broken = set()\n{breakable}", grace=60)
    resources["Targets"]["Properties"].update(HealthCheckIntervalSeconds=5, UnhealthyThresholdCount=2)
    resources["Alarm"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmName": "sick", "Namespace": "AWS/ApplicationELB", "MetricName": "UnHealthyHostCount", "Statistic": "Maximum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Dimensions": [{"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}},
                       {"Name": "TargetGroup", "Value": {"Fn::GetAtt": ["Targets", "TargetGroupFullName"]}}]}}  # fmt: skip
    assert aws.deploy("u", resources) == "CREATE_COMPLETE"
    until(lambda: state(aws, "sick") == "OK", 3)
    get(f"http://{aws.output('u', 'Address')}/break")
    until(lambda: state(aws, "sick") == "ALARM", 20)


@acts("queue_metrics")
def a_queue_tells_its_backlog(aws: Server) -> None:
    """What scaling by backlog is made of."""
    client = aws.client("sqs")
    queue = f"{aws.name}-jobs"
    url = client.create_queue(QueueName=queue)["QueueUrl"]
    for number in range(3):
        client.send_message(QueueUrl=url, MessageBody=str(number))
    client.receive_message(QueueUrl=url, VisibilityTimeout=3600)

    def seen(name: str, statistic: str = "Maximum") -> float | None:
        return metric(aws, "AWS/SQS", name, statistic, QueueName=queue)

    until(lambda: seen("ApproximateNumberOfMessagesVisible", "Minimum") in (0, 2) and seen("NumberOfMessagesSent", "Sum") == 3, 4)
    until(lambda: seen("ApproximateNumberOfMessagesNotVisible") == 1, 2)
    until(lambda: seen("ApproximateAgeOfOldestMessage") > 0, 3)


@acts("service_metrics")
def a_service_that_works_hard_has_a_high_cpu(aws: Server) -> None:
    """In percent of what its tasks reserve, measured in the containers."""
    made = {
        name: one
        for name, one in service(aws.image(), "while True: pass", Cpu=256).items()
        if name in ("Cluster", "Logs", "Task", "Service")
    }
    made["Service"]["DependsOn"] = "Cluster"
    for key in ("LoadBalancers", "HealthCheckGracePeriodSeconds"):
        del made["Service"]["Properties"][key]
    made["Service"]["Properties"]["ServiceName"] = "hard"
    assert aws.deploy("c", made) == "CREATE_COMPLETE"
    names = {"ClusterName": "c", "ServiceName": "hard"}
    until(lambda: (metric(aws, "AWS/ECS", "CPUUtilization", "Maximum", **names) or 0) > 80, 7)
    assert 0 < metric(aws, "AWS/ECS", "MemoryUtilization", "Maximum", **names) < 100
