"""`ScheduledJob`: when it runs, one at a time, for how long, and who may do what."""

import json

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import Ec2Capacity, ScheduledJob, Sidecar, Tracing


@pytest.fixture
def make(stack, vpc, template):
    """The template of a job with these settings."""
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)

    def made(**settings):
        image = ecs.ContainerImage.from_registry("nginx")
        ScheduledJob(stack, "Nightly", cluster=cluster, image=image, **{"schedule": "cron(0 3 * * ? *)", **settings})
        return template()

    return made


def states(found):
    """The states of a run, with names in the place of what CloudFormation fills in."""
    parts = found.one("StepFunctions::StateMachine")["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else next(iter(part)) for part in parts))["States"]


def test_with_all_defaults_it_runs_at_its_time_in_utc_and_what_cannot_be_started_is_kept(make):
    found = make()
    schedule = found.one("Scheduler::Schedule")
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == ("cron(0 3 * * ? *)", "UTC")
    assert (schedule["State"], schedule["FlexibleTimeWindow"]) == ("ENABLED", {"Mode": "OFF"})
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 3600
    assert "DeadLetterConfig" in schedule["Target"]
    queue = found.one("SQS::Queue")
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 14 * 86400)


def test_a_run_that_is_started_twice_has_one_name(make):
    target = make().one("Scheduler::Schedule")["Target"]
    assert target["Arn"] == "arn:aws:scheduler:::aws-sdk:sfn:startExecution"
    assert "<aws.scheduler.execution-id>" in json.dumps(target["Input"])


def test_while_one_run_is_under_way_the_next_is_left_out(make):
    found = states(make())
    assert found["Before"]["Parameters"]["DesiredStatus"] == "RUNNING"
    (running,) = found["IsRunning"]["Choices"]
    assert (running["Variable"], running["Next"], found["Skipped"]["Type"]) == ("$.TaskArns[0]", "Skipped", "Succeed")
    assert found["IsRunning"]["Default"] == "Run"


def test_a_run_that_takes_too_long_is_stopped_and_fails(make):
    found = states(make(timeout=Duration.minutes(5), retries=2))
    run = found["Run"]
    assert run["TimeoutSeconds"] == 300
    assert run["Catch"] == [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    assert found["Stop"]["ItemProcessor"]["States"]["StopOne"]["Resource"].endswith("ecs:stopTask")
    assert found["TookTooLong"]["Type"] == "Fail"


def test_a_run_that_fails_is_tried_again_as_often_as_is_said(make):
    assert [retry["MaxAttempts"] for retry in states(make(retries=2))["Run"]["Retry"]] == [2]


def test_a_run_that_fails_is_not_tried_again_where_nothing_is_said(make):
    assert "Retry" not in states(make())["Run"]


@pytest.mark.parametrize("beside", ["sidecars", "tracing"])
def test_a_run_with_containers_beside_it_is_judged_by_its_own(make, beside):
    proxy = Sidecar(image=ecs.ContainerImage.from_registry("envoy"))
    run = states(make(retries=2, **{beside: {"proxy": proxy} if beside == "sidecars" else Tracing("otel", "nightly")}))["Run"]
    assert [retry["ErrorEquals"] for retry in run["Retry"]] == [["RunFailed"]]
    assert run["Catch"] == [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    (branch,) = run["Branches"]
    assert branch["States"]["Task"]["Resource"] == "arn:aws:states:::ecs:runTask.sync"
    (well,) = branch["States"]["Judge"]["Choices"]
    assert "Containers[Name = 'app'].ExitCode = 0" in well["Condition"]


def test_step_functions_is_given_only_what_it_takes(make):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html."""
    known = {"Cluster", "TaskDefinition", "PropagateTags", "CapacityProviderStrategy", "NetworkConfiguration"}
    assert states(make())["Run"]["Parameters"].keys() == known


def test_with_all_set(make):
    found = make(
        schedule="rate(5 minutes)", time_zone="Europe/Berlin", enabled=False, start_within=Duration.minutes(2), retries=1,
        capacity=Ec2Capacity("servers"), cpu=128, memory_limit_mib=256,
    )  # fmt: skip
    schedule = found.one("Scheduler::Schedule")
    assert (schedule["ScheduleExpressionTimezone"], schedule["State"]) == ("Europe/Berlin", "DISABLED")
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 120
    run = states(found)["Run"]["Parameters"]
    assert run["PlacementStrategy"] == [{"Type": "binpack", "Field": "memory"}]
    assert run["CapacityProviderStrategy"] == [{"CapacityProvider": "servers", "Weight": 1}]
    assert "NetworkConfiguration" not in run


def test_its_roles_may_do_no_more_than_they_must(make):
    found = make()
    wide = [s for s in found.statements() if s["Resource"] == "*"]
    assert [s["Action"] for s in wide] == ["ecs:ListTasks"]
    assert wide[0]["Condition"]["ArnEquals"]["ecs:cluster"]
    (passed,) = [s for s in found.statements() if s["Action"] == "iam:PassRole"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert len(passed["Resource"]) == 2


def test_a_number_of_retries_that_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="retries should be 0 to 10, got 11"):
        make(retries=11)
