"""All that is looked at while one stack is deployed; AWS is one that gives the answers of the test."""

import json
from types import SimpleNamespace

from botocore.exceptions import ClientError

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.causes import Check, Failed
from dockyard.deploy.tasks import FailedTask
from dockyard.deploy.watches import Watches

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

    def list_tasks(self, **_):
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


def test_all_that_cloudformation_did_is_told_where_nothing_better_is_known():
    told = []
    watches = watched(Account(), [])
    watches._progress.update = lambda _, what: told.append(what)
    watches.look("Role CREATE_IN_PROGRESS", "Log CREATE_COMPLETE")
    assert told == ["Role CREATE_IN_PROGRESS", "Log CREATE_COMPLETE"]
