"""What tasks have printed, by an AWS that gives the answers of the test; that AWS gives them is in the integration tests."""

from datetime import datetime
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
        self.codes, self.silent, self.log = {"web": None}, (), {"logDriver": "awslogs", "options": OPTIONS}

    def get_paginator(self, _):
        return SimpleNamespace(paginate=self.list_tasks)

    def list_tasks(self, cluster, family, desiredStatus):  # noqa: N803
        for id, status in self.status.items():
            if status == desiredStatus:
                yield {"taskArns": [f"arn:task/{cluster}/{id}"]}

    def describe_tasks(self, cluster, tasks):
        created = {"old": 1, "new": 2}
        return {
            "tasks": [
                {"taskArn": arn, "taskDefinitionArn": "web:1", "createdAt": created[arn.rsplit("/", 1)[-1]],
                 "stoppedReason": "Task failed ELB health checks in (target-group arn:aws:x:targetgroup/Web/1)",
                 "containers": [{"name": name, "exitCode": code} for name, code in reversed(self.codes.items())]}
                for arn in tasks
            ]
        }  # fmt: skip

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        log = {"logConfiguration": self.log}
        return {"taskDefinition": {"containerDefinitions": [{"name": name, **log} for name in self.codes]}}

    def get_log_events(self, logStreamName, **_):  # noqa: N803
        silent = logStreamName.split("/")[1] in self.silent
        return {"events": [] if silent else [{"message": f"of {logStreamName}\n"}]}


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


@pytest.mark.parametrize(
    ("codes", "silent", "shown"),
    [
        ({"web": 1, "proxy": 143}, (), "web"),
        ({"web": 143, "proxy": 0}, (), "web"),
        ({"web": 143, "proxy": 1}, (), "proxy"),
        ({"web": None, "proxy": None}, ("web",), "proxy"),
    ],
)
def test_of_several_containers_the_one_at_fault_is_listened_to_else_the_services_own(watch, account, codes, silent, shown):
    account.codes, account.silent = codes, silent
    assert watch.printed() == [f"of app/{shown}/new"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"Name": "datadog", "Host": "intake.example.com", "apikey": "x"}, "\n  what it printed went by FireLens to datadog intake.example.com"),
        ({}, "\n  what it printed went by FireLens to the outputs of its config file"),
        ({"Name": "cloudwatch_logs", "log_group_name": "g", "log_stream_prefix": "r/"}, "\n  | of r/web-firelens-new"),
    ],
)  # fmt: skip
def test_where_a_log_router_has_it_all_that_is_told(watch, account, options, told):
    account.log = {"logDriver": "awsfirelens", "options": options}
    watch.look()
    account.status["new"] = "STOPPED"
    watch.look()
    assert watch.last.text() == f"task new stopped: Task failed ELB health checks{told}"


def test_how_long_it_ran_and_by_which_definition_is_known_of_each_page(watch, account):
    watch.look()
    account.status |= {"new": "STOPPED", "old": "STOPPED"}
    account.describe_tasks = lambda cluster, tasks: {
        "tasks": [
            {"taskArn": arn, "taskDefinitionArn": "web:1", "startedAt": datetime(2026, 1, 1), "stoppedAt": datetime(2026, 1, 1, 0, 0, 3),
             "stoppedReason": "Scaling activity initiated by (deployment 1)" if arn.endswith("old") else "Essential container in task exited"}
            for arn in asked.append(tasks) or tasks
        ]
    }  # fmt: skip
    asked, account.silent = [], ("web",)
    watch.look()
    watch.look()
    (failed,) = watch.failed.values()
    assert (failed.id, failed.definition, failed.seconds) == ("new", "web:1", 3.0)
    assert [sorted(arn[-3:] for arn in one) for one in asked] == [
        ["new", "old"],
        ["new"],
    ]  # what ended well is not asked for again


def test_a_task_that_printed_nothing_is_not_asked_for_ever(watch, account):
    watch.look()
    account.status["new"], account.silent, asked = "STOPPED", ("web",), []
    told = account.describe_tasks
    account.describe_tasks = lambda cluster, tasks: asked.append(tasks) or told(cluster, tasks)
    for _ in range(9):
        watch.look()
    assert len(asked) == 5
    assert watch.last.text() == "task new stopped: Task failed ELB health checks"
