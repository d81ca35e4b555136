"""A service and its newest deployment, of what ECS tells."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.doors.services import GoneError, ecs_service, newest_deployment, service_deployments
from dockyard.operate.running import RunningService

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def account(services=(), deployments=()):
    told = SimpleNamespace(
        describe_services=lambda **_: {"services": list(services)},
        list_service_deployments=lambda **_: {"serviceDeployments": list(deployments)},
    )
    return SimpleNamespace(ecs=told)


@pytest.mark.parametrize("services", [[], [{"status": "INACTIVE", "desiredCount": 0}]])
def test_a_deleted_service_is_told_as_gone(services):
    with pytest.raises(GoneError, match="its service is gone: web in cluster c"):
        ecs_service(account(services), "c", "web")


def test_a_service_that_is_there_is_told():
    assert ecs_service(account([{"status": "ACTIVE"}]), "c", "web") == {"status": "ACTIVE"}


def test_the_newest_deployment_is_so_by_its_time_and_not_by_its_place():
    made = [{"arn": number, "createdAt": NOW + timedelta(minutes=number)} for number in (1, 3, 2)]
    assert newest_deployment(account(deployments=made), "c", "web")["arn"] == 3
    assert newest_deployment(account(), "c", "web") is None


@pytest.mark.parametrize(
    ("groups", "healthy"),
    [
        ({}, None),
        ({"production": ["a", "b"], "alternate": []}, 2),
        ({"of the one load balancer": ["a", "b"], "of the other": ["a", "b"]}, 2),
    ],
)
def test_targets_are_counted_over_all_groups_of_which_one_may_be_empty(groups, healthy):
    def health(TargetGroupArn):  # noqa: N803
        told = [{"Target": {"Id": id, "Port": 80}, "TargetHealth": {"State": "healthy"}} for id in groups[TargetGroupArn]]
        return {"TargetHealthDescriptions": told}

    service = RunningService.__new__(RunningService)
    service._groups = tuple(groups)
    service._reading = SimpleNamespace(elbv2=SimpleNamespace(describe_target_health=health))
    assert service._healthy() == healthy


def test_deployments_are_read_to_the_last_page_and_of_these_statuses_alone():
    asked = []

    def answer(**parameters):
        asked.append(parameters)
        made = [{"createdAt": NOW + timedelta(minutes=len(asked))}]
        return {"serviceDeployments": made} | ({} if "nextToken" in parameters else {"nextToken": "more"})

    aws = SimpleNamespace(ecs=SimpleNamespace(list_service_deployments=answer))
    found = service_deployments(aws, "c", "web", ["SUCCESSFUL"])
    assert [one["createdAt"] for one in found] == [NOW + timedelta(minutes=2), NOW + timedelta(minutes=1)]
    of = {"cluster": "c", "service": "web", "status": ["SUCCESSFUL"]}
    assert asked == [of, {**of, "nextToken": "more"}]
