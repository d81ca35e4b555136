"""A restart, against a service that remembers; that ECS behaves so is in the integration tests."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dockyard.errors import DeployError, DockyardError
from dockyard.operate import restart
from dockyard.operate.deployed import Deployed
from dockyard.operate.restart import Restart
from dockyard.progress import Silent

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def deployment(number, status):
    ended = {} if status == "IN_PROGRESS" else {"finishedAt": NOW}
    return {"serviceDeploymentArn": f"d{number}", "status": status, "createdAt": NOW, **ended}


class Ecs:
    """One service, whose deployments come one after the other as they are asked for."""

    def __init__(self, *deployments, desired=2):
        self.deployments, self.desired, self.asked = list(deployments), desired, []

    def list_service_deployments(self, **_):
        return {"serviceDeployments": [self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]]}

    def describe_services(self, **_):
        counts = {"desiredCount": self.desired, "runningCount": self.desired, "pendingCount": 0}
        return {"services": [{**counts, "deployments": [{"status": "PRIMARY", **counts}]}]}

    def update_service(self, **asked):
        self.asked.append(asked)

    def get_paginator(self, _):
        return SimpleNamespace(paginate=lambda **_: [{"taskArns": []}])


def restarting(ecs):
    account = SimpleNamespace(ecs=ecs)
    return Restart(
        SimpleNamespace(aws=account, reading=account), Deployed("web", NOW, "", {}, {"AWS::ECS::Service": ["arn/c/s"]})
    )


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


def test_one_that_is_rolled_back_is_told_with_the_reason():
    ecs = Ecs(deployment(1, "SUCCESSFUL"), {**deployment(2, "ROLLBACK_SUCCESSFUL"), "statusReason": "circuit breaker"})
    one = restarting(ecs)
    one.begin()
    with pytest.raises(DeployError, match="web was not restarted, and what ran still runs: circuit breaker"):
        one.wait(Silent(), 60)


def test_one_that_takes_too_long_is_given_up():
    one = restarting(Ecs(deployment(1, "SUCCESSFUL")))
    one.begin()
    with pytest.raises(DeployError, match="web: after 0 s its new tasks are not healthy"):
        one.wait(Silent(), 0)


def test_another_deployment_is_not_given_up_and_nothing_is_not_restarted():
    with pytest.raises(DockyardError, match="a deployment of web is under way"):
        restarting(Ecs(deployment(1, "IN_PROGRESS"))).begin()
    with pytest.raises(DockyardError, match="web has no tasks"):
        restarting(Ecs(deployment(1, "SUCCESSFUL"), desired=0)).begin()
