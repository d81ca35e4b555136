"""Who answers a deployment that waits; AWS is one that gives the answers of the test."""

from types import SimpleNamespace

import pytest

from dockyard.errors import DockyardError
from dockyard.operate import approval
from dockyard.operate.approval import answer

WAITING = {"hookId": "p", "targetType": "PAUSE", "status": "AWAITING_ACTION"}


class Account:
    """A cluster with two services, of which one is being deployed."""

    def __init__(self, *hooks, deployed=True):
        self.ecs, self.hooks, self.deployed, self.said = self, list(hooks), deployed, []

    def get_paginator(self, _):
        return self

    def paginate(self, cluster):
        return [{"serviceArns": [f"arn:service/{cluster}/shop-dev-{name}-WebServiceD04B5F3E" for name in ("web", "web-two")]}]

    def list_service_deployments(self, cluster, service, status):
        assert (cluster, service, status) == ("shop-dev", "arn:service/shop-dev/shop-dev-web-WebServiceD04B5F3E", ["IN_PROGRESS"])
        return {"serviceDeployments": [{"serviceDeploymentArn": "d"}] if self.deployed else []}

    def describe_service_deployments(self, serviceDeploymentArns):  # noqa: N803
        return {
            "serviceDeployments": [
                {"serviceDeploymentArn": arn, "lifecycleHookDetails": self.hooks} for arn in serviceDeploymentArns
            ]
        }

    def continue_service_deployment(self, **said):
        self.said.append(said)


def _site(account):
    return SimpleNamespace(reading=account, aws=account, cluster="shop-dev", service_stack=lambda name: f"shop-dev-{name}")


@pytest.fixture(autouse=True)
def noted(monkeypatch):
    """Deployments of which a note was left."""
    arns = []
    monkeypatch.setattr(approval, "note_rejection", lambda _, arn: arns.append(arn))
    return arns


@pytest.mark.parametrize("said", ["CONTINUE", "ROLLBACK"])
def test_what_waits_is_told_what_was_said_and_no_function_is(said, noted):
    account = Account(WAITING, {**WAITING, "hookId": "l", "targetType": "AWS_LAMBDA", "status": "IN_PROGRESS"})
    assert answer(_site(account), "web", said) == 1
    assert account.said == [{"serviceDeploymentArn": "d", "hookId": "p", "action": said}]
    assert noted == (["d"] if said == "ROLLBACK" else [])


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (Account(deployed=False), "web waits for nobody: none of its deployments is under way"),
        (Account({**WAITING, "status": "SUCCEEDED"}), "web waits for nobody: its deployment has not come so far"),
    ],
)
def test_where_nothing_waits_that_is_told(account, why):
    with pytest.raises(DockyardError, match=why):
        answer(_site(account), "web", "CONTINUE")
    assert account.said == []


def test_where_there_is_no_cluster_the_service_is_not_deployed():
    account = Account()
    account.exceptions = SimpleNamespace(ClusterNotFoundException=LookupError)
    site = _site(account)
    site.environment = SimpleNamespace(name="dev")

    def missing(cluster):
        yield from ()
        raise LookupError(cluster)

    account.paginate = missing
    with pytest.raises(DockyardError, match="web is not deployed to dev"):
        answer(site, "web", "CONTINUE")
