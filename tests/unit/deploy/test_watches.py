"""All that is looked at while one stack is deployed; AWS is one that gives the answers of the test."""

import json
from types import SimpleNamespace

from botocore.exceptions import ClientError

from dockyard.deploy.assembly import StackArtifact
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


def test_who_may_not_look_at_tasks_is_told_of_the_deployment():
    told, account = [], Account()
    site = SimpleNamespace(
        reading=account, cluster="dev", environment=SimpleNamespace(name="dev", services={}), service_stack="shop-dev-{}".format
    )
    progress = SimpleNamespace(event=lambda _, what: told.append(what), update=lambda *_: None)
    stack = json.dumps({"Resources": RESOURCES})
    watches = Watches(site, StackArtifact("shop-dev-web", stack, {}, {}, False, None, None, (), None, (), None, None), progress)
    watches.look("")
    account.arn = "arn:aws:ecs:x:1:service/dev/web"
    watches.look("")
    assert told[-1] == "goes back: by hand"
    assert watches.cause().text == "by hand"
