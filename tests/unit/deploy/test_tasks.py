"""What tasks have printed, by an AWS that gives the answers of the test; that AWS gives them is in the integration tests."""

from types import SimpleNamespace

import pytest

from dockyard.deploy.tasks import TaskWatch

OPTIONS = {"awslogs-group": "group", "awslogs-stream-prefix": "app"}


class Account:
    """Two tasks that run, and one that has stopped."""

    def __init__(self):
        self.ecs = self.logs = self
        self.exceptions = SimpleNamespace(ClusterNotFoundException=KeyError, ResourceNotFoundException=LookupError)
        self.status = {"old": "RUNNING", "new": "RUNNING"}

    def list_tasks(self, cluster, family, desiredStatus):  # noqa: N803
        return {"taskArns": [f"arn:task/{cluster}/{id}" for id, status in self.status.items() if status == desiredStatus]}

    def describe_tasks(self, cluster, tasks):
        created = {"old": 1, "new": 2}
        return {
            "tasks": [
                {"taskArn": arn, "taskDefinitionArn": "web:1", "createdAt": created[arn.rsplit("/", 1)[-1]],
                 "stoppedReason": "Task failed ELB health checks in (target-group arn:aws:x:targetgroup/Web/1)",
                 "containers": [{"name": "web"}]}
                for arn in tasks
            ]
        }  # fmt: skip

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        return {"taskDefinition": {"containerDefinitions": [{"name": "web", "logConfiguration": {"options": OPTIONS}}]}}

    def get_log_events(self, logStreamName, **_):  # noqa: N803
        return {"events": [{"message": f"of {logStreamName}\n"}]}


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def watch(account):
    return TaskWatch(account, SimpleNamespace(properties=lambda *_: ["web"]), "dev")


def test_the_newest_task_that_runs_is_listened_to(watch):
    assert watch.printed() == ["of app/web/new"]


def test_where_none_runs_nothing_is_printed(watch, account):
    account.status = {}
    assert watch.printed() == []


def test_a_task_that_stopped_is_told_without_its_target_groups_arn(watch, account):
    watch.look()
    account.status["new"] = "STOPPED"
    watch.look()
    assert watch.last.text() == "task new stopped: Task failed ELB health checks\n  | of app/web/new"
    assert not watch.last.ended_by_itself
