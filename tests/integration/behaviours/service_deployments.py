"""What becomes of a service's deployments, and what is told of it."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import DEAF, DYING, Server, in_background, service, until

NEVER = {"healthCheck": {"command": ["CMD-SHELL", "exit 1"], "interval": 5, "retries": 10, "startPeriod": 300}}
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


class Service:
    """One without a load balancer, by the API alone."""

    def __init__(self, aws: Server, code: str = DEAF, *, count: int = 1, configuration: dict | None = None) -> None:
        self.ecs, self.image, self.around = aws.client("ecs"), aws.image(), aws.surroundings
        self.ecs.create_cluster(clusterName="c")
        self.ecs.create_service(
            cluster="c", serviceName="s", taskDefinition=self.define(code), desiredCount=count,
            deploymentConfiguration=configuration or {}, **self.around.service,
        )  # fmt: skip

    def define(self, code: str = DEAF, **container) -> str:
        definition = {"name": "app", "image": self.image, "memory": 64, "command": ["python", "-c", code], **container}
        answer = self.ecs.register_task_definition(family="s", containerDefinitions=[definition], **self.around.task)
        return answer["taskDefinition"]["taskDefinitionArn"]

    def update(self, **settings) -> str:
        """Begin a deployment; its ARN."""
        self.ecs.update_service(cluster="c", service="s", **settings)
        return self.listed()[0]["serviceDeploymentArn"]

    def told(self) -> dict:
        return self.ecs.describe_services(cluster="c", services=["s"])["services"][0]

    def messages(self) -> list[str]:
        """Oldest first, without names."""
        return [_plain(event["message"]) for event in reversed(self.told()["events"])]

    def listed(self, **filters) -> list[dict]:
        return self.ecs.list_service_deployments(cluster="c", service="s", **filters)["serviceDeployments"]

    def deployment(self, arn: str) -> dict:
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]

    def tasks(self, status: str = "RUNNING") -> list[str]:
        return self.ecs.list_tasks(cluster="c", serviceName="s", desiredStatus=status)["taskArns"]

    def ends(self, status: str, seconds: float = 9) -> dict:
        """The newest deployment, once it has this status."""
        assert self.listed()
        return until(lambda: [one for one in self.listed()[:1] if one["status"] == status], seconds)[0]

    def ended(self) -> str | None:
        """The newest deployment's status, once it is its last one."""
        status = self.listed()[0]["status"]
        return None if status.endswith(("PENDING", "IN_PROGRESS", "REQUESTED")) else status


def _plain(message: str) -> str:
    message = re.sub(r"\(task \S+?\)", "(task)", message)
    message = re.sub(r"ecs-svc/\d+", "ecs-svc", message)
    return re.sub(r"\(target-group \S+\)", "(target-group)", message)


def _code(call, **arguments) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


@acts("service_deployments")
def each_deployment_of_a_service_stays_listed(aws: Server) -> None:
    """Also when it has ended, with what it came from."""
    made = Service(aws)
    first = made.ends("SUCCESSFUL")
    middle = datetime.now(UTC)
    second = made.update(forceNewDeployment=True)
    told = made.deployment(second)
    assert (told["status"], told["alarms"]["status"]) == ("IN_PROGRESS", "DISABLED")
    assert [one["arn"] for one in told["sourceServiceRevisions"]] == [first["targetServiceRevisionArn"]]
    made.ends("SUCCESSFUL")
    told = made.deployment(second)
    assert told["createdAt"] <= told["startedAt"] <= told["finishedAt"] <= datetime.now(UTC)
    target, source = told["targetServiceRevision"], told["sourceServiceRevisions"][0]
    assert (target["requestedTaskCount"], target["runningTaskCount"], target["pendingTaskCount"]) == (1, 1, 0)
    assert (source["requestedTaskCount"], source["runningTaskCount"]) == (0, 0)
    assert [one["serviceDeploymentArn"] for one in made.listed()] == [second, first["serviceDeploymentArn"]]
    assert made.listed(createdAt={"before": middle}) == [first]
    assert [one["serviceDeploymentArn"] for one in made.listed(createdAt={"after": middle})] == [second]
    assert made.listed(status=["STOPPED"]) == made.listed(createdAt={"before": middle - timedelta(hours=1)}) == []
    page = made.ecs.list_service_deployments(cluster="c", service="s", maxResults=1)
    assert made.listed(nextToken=page["nextToken"]) == [first]
    failures = made.ecs.describe_service_deployments(serviceDeploymentArns=[second + "x"])["failures"]
    assert failures == [{"arn": second + "x", "reason": "MISSING"}]


@acts("service_deployments")
def a_service_revision_tells_what_was_deployed(aws: Server) -> None:
    """The image by the digest that its tasks run."""
    made = Service(aws)
    arn = made.ends("SUCCESSFUL")["targetServiceRevisionArn"]
    (told,) = made.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    (task,) = made.ecs.describe_tasks(cluster="c", tasks=made.tasks())["tasks"]
    digest = task["containers"][0]["imageDigest"]
    assert told["containerImages"] == [{"containerName": "app", "image": made.image, "imageDigest": digest}]
    assert (told["taskDefinition"], told["launchType"]) == (made.told()["taskDefinition"], "FARGATE")
    assert made.told()["currentServiceRevisions"][0]["arn"] == arn


@acts("service_deployments")
def a_deployment_that_is_stopped_is_rolled_back(aws: Server) -> None:
    """Also without a circuit breaker."""
    made = Service(aws)
    first = made.ends("SUCCESSFUL")
    before = made.told()["taskDefinition"]
    arn = made.update(taskDefinition=made.define(**NEVER))
    until(lambda: len(made.tasks()) == 2, 5)
    assert made.told()["currentServiceDeployment"] == arn
    made.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    made.ends("ROLLBACK_SUCCESSFUL")
    told = made.deployment(arn)
    assert told["rollback"]["serviceRevisionArn"] == first["targetServiceRevisionArn"]
    assert told["rollback"]["startedAt"] <= told["finishedAt"]
    assert made.told()["taskDefinition"] == before
    assert [(one["status"], one["rolloutState"]) for one in made.told()["deployments"]] == [("PRIMARY", "COMPLETED")]
    assert _code(made.ecs.stop_service_deployment, serviceDeploymentArn=arn) == "ConflictException"
    assert _code(made.ecs.stop_service_deployment, serviceDeploymentArn=arn + "x") == "ServiceDeploymentNotFoundException"


@acts("service_deployments")
def a_deployment_that_is_aborted_leaves_its_tasks(aws: Server) -> None:
    """And those that were there before it."""
    made = Service(aws)
    made.ends("SUCCESSFUL")
    arn = made.update(taskDefinition=made.define(**NEVER))
    tasks = until(lambda: len(made.tasks()) == 2 and made.told()["runningCount"] == 2 and made.tasks(), 5)
    made.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
    told = made.deployment(arn)
    assert (told["status"], told["stoppedAt"]) == ("STOPPED", told["finishedAt"])
    made.ecs.update_service(cluster="c", service="s", desiredCount=3)  # nothing more is launched
    assert sorted(made.tasks()) == sorted(tasks)


@acts("deployment_failures")
def the_circuit_breaker_opens_at_half_of_the_desired_count(aws: Server) -> None:
    """And tells why in AWS's words; one task at a time shows the count."""
    made = Service(aws, DYING, count=8, configuration={"maximumPercent": 10, "minimumHealthyPercent": 0, **BREAKER})
    until(lambda: made.told()["deployments"][0]["rolloutState"] == "FAILED", 9)
    assert "(service s) (deployment ecs-svc) deployment failed: tasks failed to start." in made.messages()
    told = made.deployment(made.listed(status=["ROLLBACK_FAILED"])[0]["serviceDeploymentArn"])
    assert told["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 4, "threshold": 4}
    (primary,) = made.told()["deployments"]
    assert primary["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."


@acts("deployment_failures")
def a_deployment_that_fails_is_gone_when_it_is_rolled_back(aws: Server) -> None:
    """By a threshold of one task, here."""
    breaker = {**BREAKER["deploymentCircuitBreaker"], "thresholdConfiguration": {"type": "COUNT", "value": 1}}
    made = Service(aws, configuration={"deploymentCircuitBreaker": breaker})
    made.ends("SUCCESSFUL")
    arn = made.update(taskDefinition=made.define(DYING))
    made.ends("ROLLBACK_SUCCESSFUL")
    told = made.deployment(arn)
    assert (told["deploymentCircuitBreaker"]["failureCount"], told["deploymentCircuitBreaker"]["threshold"]) == (1, 1)
    assert told["statusReason"] == "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert [one["status"] for one in made.told()["deployments"]] == ["PRIMARY"]
    assert made.messages()[-5:] == [
        "(service s) has started 1 tasks: (task).",
        "(service s) (deployment ecs-svc) deployment failed: tasks failed to start.",
        "(service s) rolling back to deployment ecs-svc.",
        "(service s) (deployment ecs-svc) deployment completed.",
        "(service s) has reached a steady state.",
    ]


@acts("deployment_failures")
def a_deployment_that_fails_without_rollback_leaves_the_old_tasks(aws: Server) -> None:
    """Or a failure would be an outage."""
    made = Service(aws, configuration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    made.ends("SUCCESSFUL")
    old = made.tasks()
    made.update(taskDefinition=made.define(DYING))
    until(lambda: made.told()["deployments"][0]["rolloutState"] == "FAILED", 9)
    time.sleep(0.5)
    assert made.tasks() == old


@acts("service_events")
def a_service_tells_what_it_does(aws: Server) -> None:
    """In AWS's words and once."""
    image = aws.image()
    assert aws.deploy("e", service(image, count=2)) == "CREATE_COMPLETE"
    changed = service(image, count=2, Environment=[{"Name": "ANSWER", "Value": "new"}])
    assert aws.deploy("e", changed, update=True) == "UPDATE_COMPLETE"
    found = aws.service("e")
    name = f"(service {found['serviceName']}) "
    told = [_plain(event["message"]).removeprefix(name) for event in reversed(found["events"])]
    assert told[-5:] == [
        "has stopped 2 running tasks: (task) (task).",
        "deregistered 2 targets in (target-group)",
        "has begun draining connections on 2 tasks.",
        "(deployment ecs-svc) deployment completed.",
        "has reached a steady state.",
    ]
    for what in ("started", "registered"):
        events = [one for one in told if f"{what} " in one and not one.startswith("deregistered")]
        assert sum(int(re.search(r"\d+", one)[0]) for one in events) == 4
    assert len([one for one in told if "steady" in one]) == len([one for one in told if "draining" in one]) + 1 == 2


@acts("deployments")
def a_task_of_a_service_that_a_user_stops_is_replaced(aws: Server) -> None:
    """What is wanted is the service's count, not that very task."""
    made = Service(aws)
    made.ends("SUCCESSFUL")
    before = set(made.tasks("RUNNING"))
    aws.client("ecs").stop_task(cluster="c", task=min(before))
    until(lambda: len(set(made.tasks("RUNNING")) - {min(before)}) == len(before), 8)


@acts("service_throttle", only_here="it counts the seconds of this machine")
def tasks_that_fail_to_start_are_launched_ever_more_seldom(aws: Server) -> None:
    """Until a new deployment begins."""
    made = Service(aws)
    made.ends("SUCCESSFUL")
    secret = [{"name": "S", "valueFrom": "/none"}]
    made.update(taskDefinition=made.define(secrets=secret))

    def told() -> bool:
        assert len(made.tasks("STOPPED")) <= 3
        return "(service s) is unable to consistently start tasks successfully." in made.messages()

    until(told, 8)
    time.sleep(2)
    assert len(made.tasks("STOPPED")) == 3
    made.update(taskDefinition=made.define())
    made.ends("SUCCESSFUL", 15)


class Alarm:
    """Of a metric that nobody sends: what a missing datapoint means is its state.

    A state that is set by hand may be gone before a deployment looks, with the next evaluation.
    """

    def __init__(self, aws: Server) -> None:
        self.cloudwatch = aws.client("cloudwatch")
        self._means("notBreaching")

    def _means(self, missing: str) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName="a", Namespace="Nobody", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=5,
            ComparisonOperator="GreaterThanThreshold", TreatMissingData=missing,
        )  # fmt: skip

    def is_(self, state: str) -> None:
        """Only then it returns."""
        self._means("breaching" if state == "ALARM" else "notBreaching")
        until(lambda: self.cloudwatch.describe_alarms(AlarmNames=["a"], StateValue=state)["MetricAlarms"], 10)


ALARMS = {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": True}}


@acts("deployment_alarms")
def an_alarm_rolls_a_deployment_back(aws: Server) -> None:
    """By data of its metric."""
    made, alarm = Service(aws), Alarm(aws)
    made.ends("SUCCESSFUL")
    before = made.told()["taskDefinition"]
    arn = made.update(taskDefinition=made.define(**NEVER), deploymentConfiguration=ALARMS)
    assert made.deployment(arn)["alarms"] == {"status": "MONITORING", "alarmNames": ["a"]}
    alarm.is_("ALARM")
    made.ends("ROLLBACK_SUCCESSFUL")
    assert made.deployment(arn)["alarms"] == {"status": "TRIGGERED", "alarmNames": ["a"], "triggeredAlarmNames": ["a"]}
    assert made.told()["taskDefinition"] == before
    assert "(service s) (deployment ecs-svc) deployment failed: alarm detected." in made.messages()


@acts("deployment_alarms")
def an_alarm_that_was_there_before_is_not_looked_at(aws: Server) -> None:
    """So that what it tells of can be mended; one that comes within the bake time is."""
    made, alarm = Service(aws), Alarm(aws)
    made.ends("SUCCESSFUL")
    alarm.is_("ALARM")
    arn = made.update(taskDefinition=made.define(), deploymentConfiguration=ALARMS)
    made.ends("SUCCESSFUL")
    assert made.deployment(arn)["alarms"] == {"status": "DISABLED", "alarmNames": ["a"]}
    for _ in range(5):  # until the machine is quick enough to look within the bake time
        mended, (old,) = made.told()["taskDefinition"], made.tasks()
        alarm.is_("OK")
        made.update(taskDefinition=made.define())
        until(lambda old=old: old not in made.tasks(), 5)
        alarm.is_("ALARM")
        if until(made.ended, 9) == "ROLLBACK_SUCCESSFUL":
            break
    assert made.told()["taskDefinition"] == mended


@acts("deployment_alarms")
def a_stack_fails_by_the_alarm_of_its_service(aws: Server) -> None:
    """And its service is as it was."""
    image, alarm = aws.image(), Alarm(aws)
    resources = service(image)
    resources["Service"]["Properties"]["DeploymentConfiguration"] = {
        "Alarms": {"AlarmNames": ["a"], "Enable": True, "Rollback": True}
    }
    assert aws.deploy("a", resources) == "CREATE_COMPLETE"
    before = aws.service("a")["taskDefinition"]
    resources["Task"]["Properties"]["ContainerDefinitions"][0]["Environment"] = [{"Name": "ANSWER", "Value": "bad"}]
    ended: list[str] = []
    updating = in_background(lambda: ended.append(aws.deploy("a", resources, update=True)))
    until(lambda: len(aws.service("a")["deployments"]) == 2, 5)
    alarm.is_("ALARM")
    updating.join(30)
    assert ended == ["UPDATE_ROLLBACK_COMPLETE"]
    events = aws.client("cloudformation").describe_stack_events(StackName="a")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]
    assert any("Alarm was triggered" in reason for reason in reasons), f"{reasons}"
    assert aws.service("a")["taskDefinition"] == before


@acts("stop_reasons")
def a_task_tells_which_deployment_started_and_stopped_it(aws: Server) -> None:
    """By which one finds the deployment of a task, and tells a scale-in from a failure."""
    made = Service(aws)
    made.ends("SUCCESSFUL")
    (old,), before = made.tasks(), made.told()["deployments"][0]["id"]
    made.update(forceNewDeployment=True)
    made.ends("SUCCESSFUL")
    (told,) = made.ecs.describe_tasks(cluster="c", tasks=[old])["tasks"]
    assert (told["startedBy"], told["stopCode"]) == (before, "ServiceSchedulerInitiated")
    assert told["stoppedReason"] == f"Scaling activity initiated by (deployment {before})"
    assert made.ecs.list_tasks(cluster="c", startedBy=made.told()["deployments"][0]["id"])["taskArns"] == made.tasks()
    made.ecs.stop_task(cluster="c", task=made.tasks()[0], reason="because")
    stopped = made.ecs.describe_tasks(cluster="c", tasks=made.tasks("STOPPED"))["tasks"]
    assert ("UserInitiated", "because") in [(one["stopCode"], one["stoppedReason"]) for one in stopped]


@acts("service_checks")
def a_service_that_cannot_work_is_refused(aws: Server) -> None:
    """Or it would work here alone, or wait for ever."""
    made = Service(aws)
    made.ends("SUCCESSFUL")
    group = aws.client("elbv2").create_target_group(Name="g", Port=80, Protocol="HTTP", TargetType="ip")
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    listening = made.define(portMappings=[{"containerPort": 8080}])
    balanced = {"containerName": "app", "containerPort": 8080, "targetGroupArn": arn}
    for asked, words in (
        ({"cluster": "none"}, "ClusterNotFoundException.*Cluster not found."),
        ({"taskDefinition": "none"}, "TaskDefinition not found."),
        ({"desiredCount": -1}, "negative"),
        ({"deploymentConfiguration": {"maximumPercent": 100}}, "as this will block deployments."),
        ({"loadBalancers": [{**balanced, "containerName": "none"}]}, "The container none does not exist in the task definition."),
        ({"loadBalancers": [{**balanced, "containerPort": 81}]}, "did not have a container port 81 defined."),
        ({"loadBalancers": [{**balanced, "targetGroupArn": f"{arn}0"}]}, "does not exist."),
        ({"loadBalancers": [balanced]}, "does not have an associated load balancer."),
    ):
        whole = {"cluster": "c", "taskDefinition": listening, **asked}
        with pytest.raises(ClientError, match=words):
            made.ecs.create_service(serviceName="new", **whole)
        with pytest.raises(ClientError, match=words):
            made.ecs.update_service(service="s", **whole)
    assert len(made.ecs.list_services(cluster="c")["serviceArns"]) == len(made.ecs.list_clusters()["clusterArns"]) == 1


@acts("service_checks")
def a_service_that_does_not_wait_for_its_listener_fails_the_stack(aws: Server) -> None:
    """The classic missing `DependsOn`."""
    made = {name: one for name, one in service(aws.image()).items() if name not in {"Listener", "Balancer"}}
    made["Service"]["DependsOn"] = "Cluster"
    assert aws.deploy("u", made) == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="u")["StackEvents"]
    assert any("does not have an associated load balancer" in event.get("ResourceStatusReason", "") for event in events)
