"""Which tasks a deployment that is done stops."""

import pytest
from ministack.services import ecs

from dockyard.local.extensions import deployments

OLD, NEW = {"id": "old"}, {"id": "new"}


@pytest.fixture
def stopped(monkeypatch):
    """ARNs of tasks that were stopped; two run, one of each deployment."""
    seen = []
    tasks = [{"taskArn": one["id"], "_deployment_id": one["id"]} for one in (OLD, NEW)]
    monkeypatch.setattr(deployments, "_tasks", lambda service: tasks)
    monkeypatch.setattr(ecs, "_stop_task", lambda asked: seen.append(asked["task"]))
    return seen


def service(primary):
    return {"serviceArn": "s", "deployments": [{**one, "status": "PRIMARY"} if one is primary else one for one in (OLD, NEW)]}


def test_the_tasks_of_others_are_stopped(stopped):
    made = service(NEW)
    deployments.stop_old("c", made, made["deployments"][1])
    assert stopped == ["old"]


def test_none_is_stopped_that_the_service_has_gone_back_to_meanwhile(stopped):
    """By an alarm that went off just when the deployment was found steady: nothing would start them again."""
    made = service(OLD)
    deployments.stop_old("c", made, made["deployments"][1])
    assert stopped == []
