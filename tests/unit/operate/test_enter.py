"""Which container a command is run in."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.errors import DockyardError, UsageError
from dockyard.operate.enter import _container, choose

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def task(id, minutes=0, enabled=True):
    return {
        "taskArn": f"arn/c/{id}", "createdAt": NOW, "startedAt": NOW + timedelta(minutes=minutes),
        "enableExecuteCommand": enabled, "containers": [{"name": "app"}, {"name": "proxy"}],
    }  # fmt: skip


def test_the_newest_task_is_taken_or_the_one_that_is_named():
    tasks = [task("aa1"), task("ab2", 2), task("bb3", 1)]
    assert choose("web", tasks, None)["taskArn"] == "arn/c/ab2"
    assert choose("web", tasks, "b")["taskArn"] == "arn/c/bb3"


@pytest.mark.parametrize("wanted", ["a", "c"])
def test_a_name_of_several_or_of_none_is_refused_with_what_there_is(wanted):
    with pytest.raises(UsageError, match=f"{wanted} should begin the id of one task of web; there is aa1, ab2"):
        choose("web", [task("aa1"), task("ab2")], wanted)


def test_what_does_not_run_and_what_may_not_be_entered_is_told_with_what_to_do():
    with pytest.raises(DockyardError, match="no task of web runs") as caught:
        choose("web", [], None)
    assert caught.value.hint == "run: dockyard status web"
    with pytest.raises(DockyardError, match="task aa1 of web was started without ECS Exec") as caught:
        choose("web", [task("aa1", enabled=False)], None)
    assert "write exec: true into its service.yaml" in caught.value.hint


def test_a_container_is_one_of_the_tasks():
    assert _container(task("aa1"), "proxy") == {"name": "proxy"}
    with pytest.raises(UsageError, match="task aa1 has no container x; there is app, proxy"):
        _container(task("aa1"), "x")
