"""Which container is meant."""

import pytest

from dockyard.doors.containers import TaskContainer, chosen, running
from dockyard.errors import DockyardError, UsageError

_ARN = "arn:aws:ecs:us-east-1:000000000000:task/c/"


def one(task: str, name: str = "app", service: str = "") -> TaskContainer:
    return TaskContainer(f"{task}-{name}", _ARN + task, name, service, may_be_entered=True)


RUNNING = [
    one("aa1", service="demo-dev-web-ServiceX1"),
    one("aa2", service="demo-dev-web-ServiceX1"),
    one("bb1", service="demo-dev-web-admin-ServiceY2"),
    one("cc1", "app"),
    one("cc1", "proxy"),
]


@pytest.mark.parametrize(
    ("wanted", "name", "stack", "found"),
    [
        ("bb1", None, None, "bb1-app"),
        ("b", None, None, "bb1-app"),
        (_ARN + "aa2", None, None, "aa2-app"),
        ("cc1", "proxy", None, "cc1-proxy"),
        ("demo-dev-web-ServiceX1", None, None, "aa1-app"),
        ("arn:aws:ecs:us-east-1:000000000000:service/c/demo-dev-web-ServiceX1", None, None, "aa1-app"),
        ("web", None, "demo-dev-web", "aa1-app"),
        ("web-admin", None, "demo-dev-web-admin", "bb1-app"),
    ],
)
def test_a_container_is_found(wanted, name, stack, found):
    assert chosen(RUNNING, wanted, name, stack).id == found


@pytest.mark.parametrize(
    ("wanted", "name", "kind", "words"),
    [
        ("shop", None, DockyardError, "no task or service shop runs"),
        ("aa", None, UsageError, "several tasks begin with aa: aa1, aa2"),
        ("cc1", None, UsageError, "task cc1 has several containers"),
        ("cc1", "db", UsageError, "task cc1 has no container db; there is app, proxy"),
    ],
)
def test_what_is_not_clear_is_told(wanted, name, kind, words):
    with pytest.raises(kind, match=words):
        chosen(RUNNING, wanted, name)


def test_what_runs_is_told_where_the_service_is_unknown():
    with pytest.raises(DockyardError) as told:
        chosen(RUNNING, "shop", None)
    assert told.value.hint == "what runs: cc1, demo-dev-web-ServiceX1, demo-dev-web-admin-ServiceY2"


def test_the_container_that_holds_the_network_is_none_of_the_task():
    class Engine:
        def labels_of_containers(self, label):
            own = {"com.amazonaws.ecs.task-arn": _ARN + "aa1", "dockyard.execute-command": "true"}
            name = "com.amazonaws.ecs.container-name"
            return {"x-pause": {**own, name: "~internal~ecs~pause"}, "x-app": {**own, name: "app"}, "y": {}}

    assert running(Engine(), "l") == [TaskContainer("x-app", _ARN + "aa1", "app", "", may_be_entered=True)]
