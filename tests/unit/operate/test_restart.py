"""A restart, against a service that remembers; that ECS behaves so is in the integration tests."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.deploy.rollout import awaits
from dockyard.errors import DeployError, DockyardError
from dockyard.operate import restart
from dockyard.operate.deployed import Deployed
from dockyard.operate.restart import Restart
from dockyard.progress import Silent

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
ENVIRONMENT = SimpleNamespace(name="dev", services={"web": None})


def deployment(number, status):
    ended = {} if status == "IN_PROGRESS" else {"finishedAt": NOW}
    return {"serviceDeploymentArn": f"d{number}", "status": status, "createdAt": NOW, **ended}


def stopped(id, minutes, reason):
    at = NOW + timedelta(minutes=minutes)
    return {"taskArn": f"a/{id}", "stoppedAt": at, "stoppedReason": reason, "taskDefinitionArn": "web:1", "containers": []}


class Ecs:
    """One service, whose deployments come one after the other as they are asked for."""

    def __init__(self, *deployments, desired=2):
        self.deployments, self.desired, self.asked = list(deployments), desired, []
        self.told, self.stopped = [], []

    def list_service_deployments(self, **_):
        self.told.append(self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0])
        return {"serviceDeployments": self.told[-1:]}

    def describe_tasks(self, **_):
        return {"tasks": self.stopped}

    def describe_service_deployments(self, serviceDeploymentArns):  # noqa: N803
        (arn,) = serviceDeploymentArns
        return {"serviceDeployments": [one for one in self.told[::-1] if one["serviceDeploymentArn"] == arn][:1]}

    def describe_services(self, **_):
        counts = {"desiredCount": self.desired, "runningCount": self.desired, "pendingCount": 0}
        return {"services": [{**counts, "deployments": [{"status": "PRIMARY", **counts}]}]}

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        options = {"awslogs-group": taskDefinition, "awslogs-stream-prefix": "app"}
        return {"taskDefinition": {"containerDefinitions": [{"name": "web", "logConfiguration": {"options": options}}]}}

    def get_log_events(self, logStreamName, **_):  # noqa: N803
        return {"events": [{"message": f"of {logStreamName}\n"}] if logStreamName.endswith("t1") else []}

    def update_service(self, **asked):
        self.asked.append(asked)

    def get_paginator(self, _):
        return SimpleNamespace(paginate=lambda **_: [{"taskArns": ["a"] if self.stopped else []}])


def restarting(ecs):
    account = SimpleNamespace(ecs=ecs, logs=ecs)
    site = SimpleNamespace(aws=account, reading=account, environment=ENVIRONMENT)
    return Restart(site, Deployed("web", NOW, "", {}, {"AWS::ECS::Service": ["arn/c/s"]}))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(restart, "LOOK_SECONDS", 0)


def test_it_ends_with_the_deployment_that_it_began():
    ecs = Ecs(*[deployment(1, "SUCCESSFUL")] * 2, deployment(2, "IN_PROGRESS"), deployment(2, "SUCCESSFUL"))
    one = restarting(ecs)
    assert one.begin().desired == 2
    assert ecs.asked == [{"cluster": "c", "service": "s", "forceNewDeployment": True}]
    one.wait(Silent(), 60)
    assert len(ecs.deployments) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("ROLLBACK_SUCCESSFUL", "web was not restarted, and what ran still runs: circuit breaker"),
        ("ROLLBACK_FAILED", "web was not restarted, and could not go back either: circuit breaker"),
        ("STOPPED", "web was not restarted to the end, as its deployment was stopped: circuit breaker"),
    ],
)
def test_one_that_ends_badly_is_told_as_it_ended_with_the_reason(status, told):
    ecs = Ecs(deployment(1, "SUCCESSFUL"), {**deployment(2, status), "statusReason": "circuit breaker"})
    one = restarting(ecs)
    one.begin()
    with pytest.raises(DeployError, match=told):
        one.wait(Silent(), 60)


@pytest.mark.parametrize(("minutes", "is_told"), [(-5, False), (1, True)])
def test_a_task_that_failed_before_is_not_why(minutes, is_told):
    ecs = Ecs(deployment(1, "SUCCESSFUL"), deployment(2, "ROLLBACK_SUCCESSFUL"))
    ecs.stopped = [stopped("t1", minutes, "unhealthy")]
    one = restarting(ecs)
    one.begin()
    with pytest.raises(DeployError) as caught:
        one.wait(Silent(), 60)
    assert ("task t1 stopped: unhealthy" in str(caught.value)) is is_told


def test_why_the_newest_task_that_printed_something_stopped_is_told_with_its_last_lines_as_a_deploy_does():
    ecs = Ecs(deployment(1, "SUCCESSFUL"), {**deployment(2, "ROLLBACK_SUCCESSFUL"), "statusReason": "circuit breaker"})
    ended = "Essential container in task exited"
    ecs.stopped = [
        stopped("t0", 1, ended),
        stopped("t1", 2, ended),
        stopped("t2", 3, ended),
        stopped("t3", 4, "Scaling activity initiated by deployment d2"),
    ]
    one = restarting(ecs)
    one.begin()
    with pytest.raises(DeployError) as caught:
        one.wait(Silent(), 60)
    assert str(caught.value).splitlines() == [
        "web was not restarted, and what ran still runs: circuit breaker",
        f"task t1 stopped: {ended}",
        "  | of app/web/t1",
    ]
    assert caught.value.hint.startswith("mend what its last lines tell")


def test_one_that_takes_too_long_goes_on_and_its_step_is_told():
    under_way = {**deployment(2, "IN_PROGRESS"), "lifecycleStage": "BAKE_TIME"}
    one = restarting(Ecs(deployment(1, "SUCCESSFUL"), under_way))
    one.begin()
    with pytest.raises(DeployError, match="web: after 0 s its restart has not ended, and goes on: bake: 0 of 0 new tasks run"):
        one.wait(Silent(), 0)


def test_the_time_of_an_approval_does_not_count_and_its_command_is_told_once(monkeypatch):
    clock = iter(range(0, 1000, 50))
    monkeypatch.setattr(restart, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: None))
    waiting = {**deployment(2, "IN_PROGRESS"), "lifecycleHookDetails": [{"status": "AWAITING_ACTION"}]}
    told = []
    progress = SimpleNamespace(event=lambda *said: told.append(said), update=lambda *_: None, done=lambda *_: None)
    one = restarting(Ecs(deployment(1, "SUCCESSFUL"), *[waiting] * 10, deployment(2, "SUCCESSFUL")))
    one.begin()
    one.wait(progress, 60)
    assert told == [("web", awaits("web", ENVIRONMENT))]


def test_another_deployment_is_not_given_up_and_nothing_is_not_restarted():
    with pytest.raises(DockyardError, match="a deployment of web is under way"):
        restarting(Ecs(deployment(1, "IN_PROGRESS"))).begin()
    with pytest.raises(DockyardError, match="web has no tasks"):
        restarting(Ecs(deployment(1, "SUCCESSFUL"), desired=0)).begin()
