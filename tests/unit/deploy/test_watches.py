"""All that is looked at while one stack is deployed; AWS is one that gives the answers of the test."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.causes import Check, Failed
from dockyard.deploy.tasks import FailedTask
from dockyard.deploy.watches import Watches, _is_asked

RESOURCES = {
    "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "web"}},
    "Service": {"Type": "AWS::ECS::Service"},
}


class Account:
    """Tells of deployments, and of tasks nothing."""

    def __init__(self):
        self.cloudformation = self.ecs = self
        self.exceptions = SimpleNamespace(ClusterNotFoundException=LookupError)
        self.arn = ""

    def get_paginator(self, _):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListTasks")

    def describe_stack_resources(self, **_):
        return {"StackResources": [{"ResourceType": "AWS::ECS::Service", "PhysicalResourceId": self.arn}]}

    def list_service_deployments(self, **_):
        return {"serviceDeployments": [{"serviceDeploymentArn": "1", "createdAt": 1}]}

    def describe_service_deployments(self, **_):
        return {"serviceDeployments": [{"status": "STOPPED", "statusReason": "by hand"}]}


def watched(account, told):
    site = SimpleNamespace(
        reading=account, cluster="dev", environment=SimpleNamespace(name="dev", services={}), service_stack="shop-dev-{}".format
    )
    progress = SimpleNamespace(event=lambda _, what: told.append(what), update=lambda *_: None)
    stack = json.dumps({"Resources": RESOURCES})
    return Watches(site, StackArtifact("shop-dev-web", stack, {}, {}, False, None, None, (), None, (), None, None), progress)


def test_a_smoke_test_that_failed_is_the_cause_with_what_the_new_task_printed(monkeypatch):
    account = Account()
    account.arn = "arn:aws:ecs:x:1:service/dev/web"
    watches = watched(account, [])
    watches._smoke = SimpleNamespace(look=lambda: ["GET /up: 500"], bad=["GET /up: 500"])
    monkeypatch.setattr(watches._tasks, "printed", lambda: ["boom"])
    watches._rollout.fault = "a hook failed"
    watches.look()
    found = watches.cause()
    assert found.text == "its smoke test failed: GET /up: 500 (wanted: 2xx)\n  | boom\na hook failed"
    assert found.hint.startswith("see that GET /up gives 2xx, or set deploy.smoke in service.yaml")


def test_where_the_program_ended_that_is_told_and_not_that_nothing_listens(monkeypatch):
    told = []
    watches = watched(Account(), told)
    watches._progress.note = lambda _, what: told.append(what)
    unheard = Failed(Check("/", 8080, "200", 5), "Target.FailedHealthChecks", "")
    monkeypatch.setattr(watches, "_targets", SimpleNamespace(look=lambda: unheard, waits="", last=unheard))
    ended = FailedTask("a" * 32, "Essential container in task exited; app exited with 1", ("KeyError: 'X'",))
    monkeypatch.setattr(watches, "_tasks", SimpleNamespace(look=lambda: None, printed=list, last=ended))
    watches.look()
    assert told == ["task aaaaaaaa stopped: Essential container in task exited; app exited with 1"]


def test_who_may_not_look_at_tasks_is_told_of_the_deployment():
    told, account = [], Account()
    watches = watched(account, told)
    watches.look()
    account.arn = "arn:aws:ecs:x:1:service/dev/web"
    watches.look()
    assert told[-1] == "goes back: by hand"
    assert watches.cause().text == "by hand"


def test_a_service_that_went_with_the_change_lacks_no_task():
    account = Account()
    account.arn = "arn:aws:ecs:x:1:service/dev/web"
    account.describe_services = lambda **_: {"services": []}
    watches = watched(account, [])
    watches.look()
    assert watches._rollout._service
    assert watches.lacking() == ""


def test_all_that_cloudformation_did_is_told_where_nothing_better_is_known():
    told = []
    watches = watched(Account(), [])
    watches._progress.update = lambda _, what: told.append(what)
    watches.look("Role CREATE_IN_PROGRESS", "Log CREATE_COMPLETE")
    assert told == ["Role CREATE_IN_PROGRESS", "Log CREATE_COMPLETE"]


def test_what_runs_and_does_not_pass_a_check_that_was_changed_is_told(monkeypatch):
    monkeypatch.setattr("dockyard.deploy.watches.time.sleep", lambda _: None)
    watches = watched(Account(), [])
    failed = Failed(Check("/nope", 8080, "200", 5), "Target.ResponseCodeMismatch", "[404]")
    targets = SimpleNamespace(last=failed, seconds=60.0, unhealthy={"before"})
    targets.look = lambda: setattr(targets, "unhealthy", {"before", "since"})
    watches._targets = targets
    found = watches.unwell(again=False)
    assert found.text == (
        "its health check was changed, and what runs does not pass it, so that requests fail by now: "
        "GET /nope on port 8080: [404] (wanted: 200; http.health in service.yaml)"
    )
    assert found.hint.startswith("see that GET /nope gives 200")
    watches._rollout.now = "done: 1 of 1 new tasks run, 0 old"  # they have passed it
    assert watches.unwell(again=False) is None


def test_who_failed_the_check_before_has_yet_to_pass_the_new_one(monkeypatch):
    monkeypatch.setattr("dockyard.deploy.watches.time.sleep", lambda _: None)
    watches = watched(Account(), [])
    watches._targets = SimpleNamespace(look=lambda: None, last=None, seconds=0.1, unhealthy={"before"})
    assert watches.unwell(again=False) is None


def test_tasks_that_are_lacking_are_told_with_why_the_last_one_ended(monkeypatch):
    watches, counts = watched(Account(), []), [(1, 1), (0, 1), (0, 1)]
    monkeypatch.setattr(watches._rollout, "tasks", lambda: counts.pop(0))
    assert watches.lacking() == ""
    assert watches.lacking() == "0 of 1 tasks run"
    ended = FailedTask("a" * 32, "Essential container in task exited; app exited with 1", ("boom",))
    monkeypatch.setattr(watches, "_tasks", SimpleNamespace(last=ended))
    assert watches.lacking() == f"0 of 1 tasks run: {ended.text()}"


NEW, OLD = "mail:2", "mail:1"
EXITED = "Essential container in task exited; mail exited with 1"
BOOM = FailedTask("a" * 32, EXITED, ("KeyError",), definition=NEW, seconds=1.0)
ENDED = f"its tasks end a moment after their start: {BOOM.text()}"


def unasked(monkeypatch, *looks, before=(), lacking=""):
    """A service that no check asks, whose tasks come to these ends, look by look; what was seen before, and what it lacks then."""
    now, left = [100.0], list(looks)
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: now.append(now.pop() + s))
    monkeypatch.setattr("dockyard.deploy.watches.time", clock)
    watches = watched(Account(), [])
    tasks = SimpleNamespace(failed={task.id: task for task in before})

    def look():
        tasks.failed |= {task.id: task for task in (left.pop(0) if left else [])}

    tasks.look = look
    monkeypatch.setattr(watches, "_tasks", tasks)
    monkeypatch.setattr(watches, "lacking", lambda: lacking)
    watches._rollout.since = 99.0
    watches._rollout.definition = lambda: NEW
    watches._rollout.tasks = lambda: (0, 1) if lacking else (1, 1)
    return watches, now


def test_a_task_that_nobody_asks_and_that_ends_at_once_is_told(monkeypatch):
    watches, now = unasked(monkeypatch, [], [], [BOOM])
    bad = watches.unwell(again=False)
    assert (bad.text, now) == (ENDED, [102])
    assert "dockyard rollback web --env dev" in bad.hint


def test_what_it_printed_is_waited_for(monkeypatch):
    watches, now = unasked(monkeypatch, [replace(BOOM, lines=())], [], [BOOM])
    assert (watches.unwell(again=False).text, now) == (ENDED, [102])
    silent = replace(BOOM, lines=())
    watches, now = unasked(monkeypatch, [silent])
    assert watches.unwell(again=False).text.endswith(silent.text())
    assert now == [104]


def test_one_that_ended_at_once_is_told_also_where_aws_then_answers_no_more(monkeypatch):
    def refused():
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "ListTasks")

    silent = replace(BOOM, id="b" * 32, lines=())
    watches, _ = unasked(monkeypatch, before=[BOOM])
    watches._rollout.tasks = refused

    def look():
        watches._tasks.look = refused
        watches._tasks.failed[silent.id] = silent

    watches._tasks.look = look
    assert watches.unwell(again=False).text.endswith(silent.text())


@pytest.mark.parametrize(
    "other",
    [replace(BOOM, definition=OLD), replace(BOOM, seconds=31.0), replace(BOOM, reason="Task failed container health checks")],
)
def test_the_end_of_an_old_task_or_of_one_that_ran_for_a_while_is_no_fault_of_the_deploy(monkeypatch, other):
    watches, now = unasked(monkeypatch, [other], lacking="0 of 1 tasks run")
    assert (watches.unwell(again=False), now) == (None, [104])


def test_one_that_ended_while_it_was_deployed_is_a_fault_as_long_as_no_other_takes_its_place(monkeypatch):
    """All of it took long by then: so it is looked at for five seconds more."""
    watches, now = unasked(monkeypatch, before=[BOOM])
    watches._rollout.since = 2.0
    assert (watches.unwell(again=False), now) == (None, [106])
    watches, _ = unasked(monkeypatch, before=[BOOM], lacking="0 of 1 tasks run")
    watches._rollout.since = None
    assert watches.unwell(again=False).text == ENDED
    watches, now = unasked(monkeypatch, [], [replace(BOOM, id="b" * 32)], before=[BOOM])
    assert watches.unwell(again=False).text.startswith("its tasks end a moment after their start: task bbbbbbbb")
    assert now == [101]


def test_tasks_that_stay_up_are_waited_for_until_five_seconds_from_their_start(monkeypatch):
    watches, now = unasked(monkeypatch)
    assert (watches.unwell(again=False), now) == (None, [104])
    assert (watches.unwell(again=False), now) == (None, [104])


def test_one_that_ended_since_the_last_look_is_told_although_the_time_is_over(monkeypatch):
    """Where AWS is slow to tell that the deployment has ended, five seconds have passed when it does."""
    watches, now = unasked(monkeypatch, [replace(BOOM, lines=())], [BOOM])
    watches._rollout.since = 50.0
    assert (watches.unwell(again=False).text, now) == (ENDED, [101])


def test_where_one_ended_before_the_others_are_waited_for_until_they_stay(monkeypatch):
    """ECS takes its time until it starts another."""
    watches, now = unasked(monkeypatch, *([] for _ in range(9)), [replace(BOOM, id="b" * 32)], before=[BOOM])
    counts = [(0, 1)] * 7
    watches._rollout.tasks = lambda: counts.pop() if counts else (1, 1)
    assert watches.unwell(again=False).text.startswith("its tasks end a moment after their start: task bbbbbbbb")
    assert now == [109]
    watches, now = unasked(monkeypatch, before=[BOOM])
    counts = [(0, 1)] * 7
    watches._rollout.tasks = lambda: counts.pop() if counts else (1, 1)
    assert (watches.unwell(again=False), now) == (None, [112])


def test_who_takes_the_place_of_one_that_took_long_to_end_has_to_run_for_longer(monkeypatch):
    """A quarter of a CPU may take seven seconds until a program comes to the line that it fails at."""
    slow = replace(BOOM, seconds=7.0)
    watches, now = unasked(monkeypatch, *([] for _ in range(8)), [replace(slow, id="b" * 32)], before=[slow])
    assert watches.unwell(again=False).text.startswith("its tasks end a moment after their start: task bbbbbbbb")
    assert now == [108]
    watches, now = unasked(monkeypatch, before=[slow])
    assert (watches.unwell(again=False), now) == (None, [112])


def test_one_that_comes_late_has_to_run_for_as_long_as_one_that_came_at_once(monkeypatch):
    slow = replace(BOOM, seconds=20.0)
    watches, now = unasked(monkeypatch, *([] for _ in range(33)), [replace(slow, id="b" * 32)], before=[slow])
    counts = [(0, 1)] * 13
    watches._rollout.tasks = lambda: counts.pop() if counts else (1, 1)
    assert watches.unwell(again=False).text.startswith("its tasks end a moment after their start: task bbbbbbbb")
    assert now == [133]


def test_where_the_deploy_before_was_unwell_tasks_have_to_stay_for_longer_than_any_that_ends_soon(monkeypatch):
    watches, now = unasked(monkeypatch, *([] for _ in range(20)), [replace(BOOM, seconds=20.0)])
    watches.look = lambda: None
    assert "its tasks end a moment after their start" in watches.unwell(again=True).text
    assert now == [120]


def test_tasks_that_ecs_no_longer_tries_to_start_leave_it_unwell(monkeypatch):
    watches, now = unasked(monkeypatch, lacking="0 of 1 tasks run")
    watches.look = lambda: None
    bad = watches.unwell(again=True)
    assert bad.text == "the deploy before saw its tasks end a moment after their start, and now 0 of 1 tasks run"
    assert "dockyard rollback web --env dev" in bad.hint
    assert now == [130]


def test_where_a_check_asks_or_no_task_is_new_nothing_is_waited_for(monkeypatch):
    watches, now = unasked(monkeypatch, [BOOM])
    watches._rollout.since = None
    assert watches.unwell(again=False) is None
    watches._rollout.since, watches._asked = 99.0, True
    assert (watches.unwell(again=False), now) == (None, [100])


def test_the_check_of_a_sidecar_asks_nothing_of_the_app():
    checked = {"Name": "proxy", "HealthCheck": {}}
    assert not _is_asked({"ContainerDefinitions": [{"Name": "app"}, checked]})
    assert _is_asked({"ContainerDefinitions": [checked]})


def test_a_deploy_that_changes_nothing_looks_again_at_what_was_unwell(monkeypatch):
    watches, now = unasked(monkeypatch, [], [], [BOOM])
    watches._rollout.since = None
    watches.look = lambda: None
    assert (watches.unwell(again=True).text, now) == (ENDED, [102])
    watches._asked = True
    failed = Failed(Check("/up", 8080, "200", 5), "Target.X", "[404]")
    watches._targets = SimpleNamespace(seconds=0.0, unhealthy={"one"}, last=failed)
    assert watches.unwell(again=True).text.startswith("what runs does not pass its health check: GET /up")
