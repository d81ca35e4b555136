"""EventBridge and its Scheduler: what runs when, and what ECS tells."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import DYING, Server, in_background, service, until

WHO = "import os; print('I am', os.environ.get('WHO'))"


def _job(aws: Server, code: str = WHO) -> tuple[str, dict]:
    """A cluster's ARN, which nobody has run a task in before, and `EcsParameters` of a task that prints and ends."""
    ecs = aws.client("ecs")
    cluster = ecs.create_cluster(clusterName=aws.name)["cluster"]["clusterArn"]
    definition = ecs.register_task_definition(
        family="job", **aws.surroundings.task,
        containerDefinitions=[{"name": "app", "image": aws.image(), "memory": 64, "command": ["python", "-c", code]}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    around = aws.surroundings
    network = {"awsvpcConfiguration": {
        "Subnets": around.subnets, "SecurityGroups": around.groups, "AssignPublicIp": "ENABLED"}}  # fmt: skip
    return cluster, {"TaskDefinitionArn": definition, "LaunchType": "FARGATE", "NetworkConfiguration": network}


def _input(who: str) -> str:
    return json.dumps({"containerOverrides": [{"name": "app", "environment": [{"name": "WHO", "value": who}]}]})


def _tasks(aws: Server) -> list[dict]:
    ecs = aws.client("ecs")
    arns = [
        arn for wanted in ("RUNNING", "STOPPED") for arn in ecs.list_tasks(cluster=aws.name, desiredStatus=wanted)["taskArns"]
    ]
    return ecs.describe_tasks(cluster=aws.name, tasks=list(dict.fromkeys(arns)))["tasks"] if arns else []


def _who(task: dict) -> list[str]:
    return [value["value"] for one in task["overrides"]["containerOverrides"] for value in one["environment"]]


def _queue(aws: Server, name: str) -> tuple[str, str]:
    """URL and ARN."""
    arn = f"arn:aws:sqs:{aws.region}:{aws.account}:{aws.name}-{name}"
    may = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    return aws.client("sqs").create_queue(QueueName=f"{aws.name}-{name}", Attributes={"Policy": policy})["QueueUrl"], arn


def _message(aws: Server, url: str) -> dict:
    """The next message. Raises LookupError where there is none."""
    sqs = aws.client("sqs")
    message = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return message


def _schedule(aws: Server, expression: str, target: dict, **settings: object) -> None:
    aws.client("scheduler").create_schedule(
        Name="s",
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": aws.surroundings.role, **target},
        **settings,
    )


def _in_seconds(seconds: float, zone: str = "UTC") -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone)).strftime("at(%Y-%m-%dT%H:%M:%S)")


@acts("scheduled_events")
def a_schedule_runs_a_task_at_its_time_in_its_zone(aws: Server) -> None:
    """Once, with its input as overrides; then it is deleted where it says so."""
    cluster, parameters = _job(aws)
    expression = _in_seconds(aws.late.seconds + 1, "Asia/Tokyo")
    target = {"Arn": cluster, "EcsParameters": parameters, "Input": _input("scheduled")}
    _schedule(aws, expression, target, ScheduleExpressionTimezone="Asia/Tokyo", ActionAfterCompletion="DELETE")
    (task,) = until(lambda: _tasks(aws), 8)
    due = datetime.strptime(expression, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert timedelta(0) <= task["createdAt"] - due < aws.late
    assert (_who(task), task["startedBy"], task["group"]) == (["scheduled"], "chronos-schedule/s", "family:job")
    until(lambda: not aws.client("scheduler").list_schedules()["Schedules"], 5)
    assert len(_tasks(aws)) == 1


@acts("scheduled_events")
def a_rate_begins_at_once_or_at_its_start_and_a_disabled_schedule_never(aws: Server) -> None:
    """As AWS says of a rate without a start date."""
    url, arn = _queue(aws, "q")
    start = datetime.now(UTC).replace(microsecond=0) + aws.late + timedelta(seconds=1)
    scheduler = aws.client("scheduler")
    for name, more in (("off", {"State": "DISABLED"}), ("later", {"StartDate": start}), ("now", {})):
        scheduler.create_schedule(
            Name=name, ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": aws.surroundings.role, "Input": f"{name} <aws.scheduler.scheduled-time>"}, **more,
        )  # fmt: skip
    assert until(lambda: _message(aws, url), 2)["Body"].startswith("now ")
    assert until(lambda: _message(aws, url), 5)["Body"] == f"later {start:%Y-%m-%dT%H:%M:%SZ}"
    assert timedelta(0) <= datetime.now(UTC) - start < aws.late


@acts("scheduled_events")
def a_schedule_that_cannot_run_its_task_tries_again_and_then_tells_the_dead_letter_queue(aws: Server) -> None:
    """With the attributes that say which, why and how often."""
    cluster, parameters = _job(aws)
    url, arn = _queue(aws, "dead")
    parameters["TaskDefinitionArn"] = f"arn:aws:ecs:{aws.region}:{aws.account}:task-definition/none:1"
    target = {
        "Arn": cluster, "EcsParameters": parameters,
        "RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}, "DeadLetterConfig": {"Arn": arn},
    }  # fmt: skip
    _schedule(aws, "rate(1 hour)", target)
    message = until(lambda: _message(aws, url), 6)
    told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert told["ERROR_CODE"] == "ClientException"
    assert told["ERROR_MESSAGE"] == "TaskDefinition not found."
    assert (told["RETRY_ATTEMPTS"], told["EXHAUSTED_RETRY_CONDITION"]) == ("1", "MaximumRetryAttempts")
    assert told["SCHEDULE_ARN"].endswith(":schedule/default/s")
    assert told["TARGET_ARN"] == cluster
    assert json.loads(message["Body"])["TaskDefinition"] == parameters["TaskDefinitionArn"]


@acts("scheduled_events")
def a_schedule_calls_any_operation(aws: Server) -> None:
    """A universal target, as for a service that sleeps at night."""
    queue = json.dumps({"QueueName": f"{aws.name}-made"})
    _schedule(aws, "rate(1 hour)", {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:createQueue", "Input": queue})
    assert until(lambda: aws.client("sqs").list_queues().get("QueueUrls"), 3)[0].endswith("-made")
    aws.client("scheduler").delete_schedule(Name="s")
    activity = json.dumps({"Name": f"{aws.name}-made"})
    _schedule(aws, "rate(1 day)", {"Arn": "arn:aws:scheduler:::aws-sdk:sfn:createActivity", "Input": activity})
    assert until(lambda: aws.client("stepfunctions").list_activities()["activities"], 3)[0]["name"].endswith("-made")


@acts("scheduled_events")
def a_schedule_of_a_template_has_all_its_settings(aws: Server) -> None:
    """And one whose expression is none fails the stack, in AWS's words."""
    _, arn = _queue(aws, "q")
    properties = {
        "Name": "s", "ScheduleExpression": "cron(0 7 ? * MON-FRI *)", "ScheduleExpressionTimezone": "Europe/Berlin",
        "FlexibleTimeWindow": {"Mode": "OFF"}, "EndDate": "2099-01-01T00:00:00Z",
        "Target": {"Arn": arn, "RoleArn": aws.surroundings.role, "RetryPolicy": {"MaximumRetryAttempts": 3}},
    }  # fmt: skip
    resources = {"Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}}
    assert aws.deploy("one", resources) == "CREATE_COMPLETE"
    found = aws.client("scheduler").get_schedule(Name="s")
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert found["EndDate"].year == 2099
    properties["ScheduleExpression"] = "rate(1 hour)"
    assert aws.deploy("one", resources, update=True) == "UPDATE_COMPLETE"
    assert aws.client("scheduler").get_schedule(Name="s")["ScheduleExpression"] == "rate(1 hour)"
    properties["ScheduleExpression"] = "rate(1 fortnight)"
    assert aws.deploy("one", resources, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.client("scheduler").get_schedule(Name="s")["ScheduleExpression"] == "rate(1 hour)"


def _run(aws: Server, code: str, **state: object) -> tuple[str, str]:
    """An execution whose one state runs a task and waits for it: how it ended, and by which error."""
    states, (cluster, job) = aws.client("stepfunctions"), _job(aws, code)
    network = job["NetworkConfiguration"]
    parameters = {"Cluster": cluster, "TaskDefinition": job["TaskDefinitionArn"], "NetworkConfiguration": network}
    run = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": parameters, "End": True, **state}
    definition = json.dumps({"StartAt": "Run", "States": {"Run": run}})
    arn = states.create_state_machine(name=aws.name, definition=definition, roleArn=aws.surroundings.role)["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn)["executionArn"]

    def ended() -> dict | None:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    found = until(ended, 20)
    return found["status"], found.get("error", "")


@acts("task_states", only_here="its role is not one of Step Functions")
def a_state_fails_with_the_task_that_it_runs_and_tries_again(aws: Server) -> None:
    """As often as it is told; one whose task ends well is done."""
    again = {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}
    assert _run(aws, DYING, Retry=[again]) == ("FAILED", "States.TaskFailed")
    assert len(_tasks(aws)) == 2


@acts("event_targets")
def an_event_runs_a_task_and_is_written_to_a_log_group(aws: Server) -> None:
    """By a rule of a template; a transformed input is the task's overrides."""
    cluster, parameters = _job(aws)
    network = {"AwsVpcConfiguration": parameters["NetworkConfiguration"]["awsvpcConfiguration"]}
    may = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]}  # fmt: skip
    template = '{"containerOverrides": [{"name": "app", "environment": [{"name": "WHO", "value": <who>}]}]}'
    transformed = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": template}
    assert aws.deploy("r", {
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/events/all"}},
        "May": {"Type": "AWS::Logs::ResourcePolicy", "Properties": {"PolicyName": aws.name, "PolicyDocument": json.dumps(may)}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Name": "r", "EventPattern": {"source": ["shop"]}, "Targets": [
            {"Id": "task", "Arn": cluster, "RoleArn": aws.surroundings.role, "InputTransformer": transformed,
             "EcsParameters": {**parameters, "NetworkConfiguration": network}},
            {"Id": "log", "Arn": {"Fn::GetAtt": ["Logs", "Arn"]}}]}},
    }) == "CREATE_COMPLETE"  # fmt: skip
    event = {"Source": "shop", "DetailType": "order", "Detail": json.dumps({"who": "buyer"})}
    assert aws.client("events").put_events(Entries=[event])["FailedEntryCount"] == 0
    logs = aws.client("logs")
    (written,) = until(lambda: logs.filter_log_events(logGroupName="/aws/events/all")["events"], 5)
    assert json.loads(written["message"])["detail"] == {"who": "buyer"}
    (task,) = until(lambda: _tasks(aws), 5)
    assert (_who(task), task["startedBy"], task["launchType"]) == (["buyer"], "events-rule/r", "FARGATE")


@acts("event_targets")
def an_event_whose_target_is_not_there_goes_to_the_dead_letter_queue(aws: Server) -> None:
    """At once: trying again would not help."""
    _, parameters = _job(aws)
    url, arn = _queue(aws, "dead")
    events = aws.client("events")
    gone = f"arn:aws:ecs:{aws.region}:{aws.account}:cluster/gone"
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(
        Rule="r",
        Targets=[
            {
                "Id": "1",
                "Arn": gone,
                "RoleArn": aws.surroundings.role,
                "EcsParameters": parameters,
                "DeadLetterConfig": {"Arn": arn},
            }
        ],
    )
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    message = until(lambda: _message(aws, url), 5)
    told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (told["ERROR_CODE"], told["RETRY_ATTEMPTS"], told["TARGET_ARN"]) == ("NO_RESOURCE", "0", gone)
    assert told["RULE_ARN"].endswith(":rule/r")
    assert json.loads(message["Body"])["source"] == "shop"


def _listen(aws: Server, detail_type: str) -> str:
    """A queue that gets these events of ECS; its URL."""
    url, arn = _queue(aws, "events")
    events = aws.client("events")
    events.put_rule(Name="ecs", EventPattern=json.dumps({"source": ["aws.ecs"], "detail-type": [detail_type]}))
    events.put_targets(Rule="ecs", Targets=[{"Id": "1", "Arn": arn}])
    return url


def _events(aws: Server, url: str, enough, seconds: float = 15) -> list[dict]:
    """Events in the order in which they came, until there are enough."""
    found: list[dict] = []

    def look() -> bool:
        found.append(json.loads(_message(aws, url)["Body"]))
        return enough(found[-1])

    until(look, seconds)
    return found


TOLD = ["PROVISIONING", "PENDING", "RUNNING", "STOPPED"]
"""AWS tells more of them, each of which may be passed over."""


@acts("task_events")
def a_task_tells_its_states_as_events(aws: Server) -> None:
    """With exit code and reasons when it stops."""
    cluster, parameters = _job(aws, DYING)
    url = _listen(aws, "ECS Task State Change")
    task = aws.client("ecs").run_task(
        cluster=aws.name, taskDefinition=parameters["TaskDefinitionArn"], **aws.surroundings.service
    )["tasks"][0]["taskArn"]
    events = _events(aws, url, lambda event: event["detail"]["lastStatus"] == "STOPPED", 9)
    events.sort(key=lambda event: event["detail"]["version"])  # a queue does not keep their order
    told = list(dict.fromkeys(event["detail"]["lastStatus"] for event in events))
    assert [one for one in told if one in TOLD] == TOLD
    last = events[-1]
    assert last["resources"] == [task]
    detail = last["detail"]
    assert (detail["taskArn"], detail["clusterArn"], detail["group"]) == (task, cluster, "family:job")
    assert (detail["desiredStatus"], detail["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert "ssential container" in detail["stoppedReason"]
    assert [(one["name"], one["lastStatus"], one["exitCode"]) for one in detail["containers"]] == [("app", "STOPPED", 7)]
    versions = [event["detail"]["version"] for event in events]
    assert versions == sorted(set(versions))


@acts("task_events")
def a_service_tells_its_deployments_as_events(aws: Server) -> None:
    """Begun and completed; one that fails says so."""
    url = _listen(aws, "ECS Deployment State Change")
    image = aws.image()
    in_background(lambda: aws.deploy("d", service(image)))
    events = _events(aws, url, lambda event: event["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED", 9)
    assert events[0]["detail"]["eventName"] == "SERVICE_DEPLOYMENT_IN_PROGRESS"
    deployment = until(lambda: aws.service("d"), 5)["deployments"][0]
    assert {event["detail"]["deploymentId"] for event in events} == {deployment["id"]}
    assert events[-1]["resources"] == [aws.service("d")["serviceArn"]]
    assert aws.deploy("d", service(image, DYING), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    failed = _events(aws, url, lambda event: event["detail"]["eventName"] == "SERVICE_DEPLOYMENT_FAILED")[-1]["detail"]
    assert failed["eventType"] == "ERROR"
    assert "circuit breaker" in failed["reason"]


@acts("task_events")
def a_steady_service_says_so_as_an_event(aws: Server) -> None:
    """What one waits for after a change of its count."""
    url = _listen(aws, "ECS Service Action")
    in_background(lambda: aws.deploy("d", service(aws.image())))
    event = _events(aws, url, lambda event: event["detail"]["eventName"] == "SERVICE_STEADY_STATE", 9)[-1]
    arn = until(lambda: aws.service("d"), 5)["serviceArn"]
    assert event["resources"] == [arn]
    assert event["detail"]["clusterArn"].endswith(":cluster/c")


@acts("scheduled_events")
def a_schedule_in_a_time_zone_that_is_none_is_refused(aws: Server) -> None:
    """Whatever its expression is: it would never be due."""
    _, arn = _queue(aws, "q")
    for expression in ("rate(1 hour)", "cron(0 9 * * ? *)", "at(2099-01-01T00:00:00)"):
        with pytest.raises(ClientError, match="ValidationException"):
            _schedule(aws, expression, {"Arn": arn}, ScheduleExpressionTimezone="Mars/X")
    _schedule(aws, "rate(1 hours)", {"Arn": arn}, ScheduleExpressionTimezone="Europe/Berlin", State="DISABLED")


@acts("event_rules")
def a_rule_has_a_pattern_or_a_schedule_that_can_be(aws: Server) -> None:
    """And a rate of one has no plural, which the Scheduler takes."""
    events = aws.client("events")
    for number, wrong in enumerate(({}, {"ScheduleExpression": "rate(1 minutes)"}, {"ScheduleExpression": "rate(5 minute)"})):
        with pytest.raises(ClientError, match="ValidationException"):
            events.put_rule(Name="r", **wrong)
        rule = {"Type": "AWS::Events::Rule", "Properties": {"Description": "wrong", **wrong}}
        assert aws.deploy(f"wrong{number}", {"Rule": rule}) == "ROLLBACK_COMPLETE"
    events.put_rule(Name="r", ScheduleExpression="rate(1 hour)", State="DISABLED")
