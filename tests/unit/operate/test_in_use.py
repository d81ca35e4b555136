"""Which images are in use, by doors that remember; that ECS and EventBridge answer so is in the integration tests."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import ClassVar

import botocore.exceptions
import pytest

from dockyard.errors import DeployError
from dockyard.operate.in_use import in_use

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-dev"
DIGEST = "sha256:" + "a" * 64


class Pages:
    def __init__(self, **answer):
        self.answer = answer

    def paginate(self, **_):
        return [self.answer]


class Ecs:
    """One service, which a deployment moves from :1 to :2; before that one, :0 was there; and one task of nobody's."""

    images: ClassVar = {
        "web:0": [f"{HOST}/shop/web:t0"], "web:1": [f"{HOST}/shop/web:t1"], "web:2": [f"{HOST}/shop/web:t2", "nginx", "not a name"],
        "one:1": [f"{HOST}/shop/one@{DIGEST}"], "night:1": [f"{HOST}/shop/night:t"], "hour": [f"{HOST}/shop/hour:t"],
        "job:3": [f"{HOST}/shop/job:t"],
    }  # fmt: skip

    def get_paginator(self, call):
        return {
            "list_clusters": Pages(clusterArns=[CLUSTER]),
            "list_services": Pages(serviceArns=["arn:service/web"]),
            "list_tasks": Pages(taskArns=["arn:task/x"]),
        }[call]

    def describe_services(self, **_):
        deployments = [{"taskDefinition": "arn:task-definition/web:2"}, {"taskDefinition": "arn:task-definition/web:1"}]
        service = {"serviceName": "web", "serviceArn": "arn:service/web", "clusterArn": CLUSTER}
        return {"services": [{**service, "taskDefinition": "arn:task-definition/web:2", "deployments": deployments}]}

    def describe_tasks(self, **_):
        container = {"image": f"{HOST}/shop/one:moved", "imageDigest": "sha256:" + "b" * 64}
        task = {"taskArn": "arn:task/x", "taskDefinitionArn": "arn:task-definition/one:1", "clusterArn": CLUSTER}
        return {"tasks": [{**task, "containers": [container]}]}

    def list_service_deployments(self, **_):
        times = {"createdAt": datetime(2026, 1, 1, tzinfo=UTC)}
        return {"serviceDeployments": [{"serviceDeploymentArn": "d", "status": "IN_PROGRESS", **times}]}

    def describe_service_deployments(self, **_):
        return {"serviceDeployments": [{"sourceServiceRevisions": [{"arn": "r0"}], "targetServiceRevision": {"arn": "r2"}}]}

    def describe_service_revisions(self, serviceRevisionArns):  # noqa: N803
        assert serviceRevisionArns == ["r0", "r2"]
        return {"serviceRevisions": [{"taskDefinition": f"arn:task-definition/web:{number}"} for number in (0, 2)]}

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        images = self.images[taskDefinition.rsplit("/", 1)[-1]]
        return {"taskDefinition": {"containerDefinitions": [{"image": image} for image in images]}}


class Events:
    def list_event_buses(self):
        return {"EventBuses": [{"Name": "default"}]}

    def list_rules(self, EventBusName, NextToken=None):  # noqa: N803
        return {"Rules": [{"Name": "night"}]} if NextToken else {"Rules": [], "NextToken": "more"}

    def list_targets_by_rule(self, **_):
        return {"Targets": [{"Arn": "q"}, {"EcsParameters": {"TaskDefinitionArn": "arn:task-definition/night:1"}}]}


class Scheduler:
    def list_schedules(self):
        named = {"GroupName": "default", "Target": {"Arn": CLUSTER}}
        return {"Schedules": [{"Name": "hour", **named}, {"Name": "q", "GroupName": "x", "Target": {"Arn": "arn:aws:sqs:q"}}]}

    def get_schedule(self, Name, GroupName):  # noqa: N803
        assert (Name, GroupName) == ("hour", "default")
        return {"Target": {"EcsParameters": {"TaskDefinitionArn": "arn:task-definition/hour"}}}


class CloudFormation:
    """One stack of a job, and one of somebody's."""

    def get_paginator(self, _):
        how = json.dumps({"cluster": CLUSTER, "taskDefinition": "arn:task-definition/job:3"})
        ours = {"StackName": "shop-dev-job", "Outputs": [{"OutputKey": "RunTask", "OutputValue": how}]}
        ours["Tags"] = [{"Key": "dockyard:application", "Value": "shop"}]
        return Pages(Stacks=[ours, {"StackName": "other", "Outputs": [{"OutputKey": "RunTask", "OutputValue": "x"}]}])


def refuse(text):
    raise AssertionError(text)


class Call(Scheduler):
    """One schedule that makes a call of ECS itself."""

    def __init__(self, call, text):
        self.target = {"Arn": f"arn:aws:scheduler:::aws-sdk:ecs:{call}", "Input": text}

    def list_schedules(self):
        return {"Schedules": [{"Name": "hour", "GroupName": "default", "Target": {"Arn": self.target["Arn"]}}]}

    def get_schedule(self, **_):
        return {"Target": self.target}


def test_all_that_names_a_task_definition_is_told_with_its_images():
    found = in_use(SimpleNamespace(ecs=Ecs(), events=Events(), scheduler=Scheduler(), cloudformation=CloudFormation()), refuse)
    assert {version: [str(use) for use in uses] for version, uses in found.items()} == {
        ("shop/web", "t2"): ["service shop-dev/web (web:2)"],
        ("library/nginx", "latest"): ["service shop-dev/web (web:2)"],
        ("shop/web", "t1"): ["service shop-dev/web (web:1)"],
        ("shop/web", "t0"): ["service shop-dev/web, to roll back to (web:0)"],
        ("shop/one", DIGEST): ["task x (one:1)"],
        ("shop/one", "sha256:" + "b" * 64): ["task x (one:1)"],
        ("shop/night", "t"): ["rule night (night:1)"],
        ("shop/hour", "t"): ["schedule default/hour (hour)"],
        ("shop/job", "t"): ["stack shop-dev-job (job:3)"],
    }


@pytest.mark.parametrize("door", ["events", "scheduler"])
def test_what_may_not_be_looked_at_is_not_taken_for_unused(door):
    def deny(**_):
        raise botocore.exceptions.ClientError({"Error": {"Code": "AccessDeniedException"}}, "List")

    doors = {"ecs": Ecs(), "events": Events(), "scheduler": Scheduler(), "cloudformation": CloudFormation()}
    doors[door] = SimpleNamespace(list_event_buses=deny, list_schedules=deny)
    with pytest.raises(botocore.exceptions.ClientError):
        in_use(SimpleNamespace(**doors), refuse)


def test_a_schedule_that_makes_a_call_of_ecs_itself_names_its_task_definition_in_the_input():
    text = '{"Cluster": "shop", "TaskDefinition": "night:1"}'
    found = in_use(
        SimpleNamespace(ecs=Ecs(), events=Events(), scheduler=Call("runTask", text), cloudformation=CloudFormation()), refuse
    )
    assert [str(use) for use in found["shop/night", "t"]] == ["rule night (night:1)", "schedule default/hour (night:1)"]


@pytest.mark.parametrize(
    ("call", "text"), [("runTask", "{}"), ("runTask", "no JSON"), ("startTask", "[]"), ("updateService", "")]
)
def test_a_schedule_whose_task_definition_cannot_be_read_ends_it_by_name(call, text):
    with pytest.raises(DeployError, match="schedule default/hour"):
        in_use(SimpleNamespace(ecs=Ecs(), events=Events(), scheduler=Call(call, text)), refuse)


def test_a_schedule_that_only_scales_a_service_names_none():
    scales = Call("updateService", '{"Service": "web", "DesiredCount": 0}')
    found = in_use(SimpleNamespace(ecs=Ecs(), events=Events(), scheduler=scales, cloudformation=CloudFormation()), refuse)
    assert ("shop/hour", "t") not in found


class Gone(Ecs):
    """Task definitions that are not there any more, or may not be looked at."""

    def __init__(self, code="ClientException", message="Unable to describe task definition."):
        self.fault = {"Error": {"Code": code, "Message": message}}

    def describe_task_definition(self, taskDefinition):  # noqa: N803
        if taskDefinition.endswith(("night:1", "hour")):
            raise botocore.exceptions.ClientError(self.fault, "DescribeTaskDefinition")
        return super().describe_task_definition(taskDefinition)


def test_a_leftover_whose_task_definition_is_gone_needs_no_image_and_is_told():
    told = []
    found = in_use(
        SimpleNamespace(ecs=Gone(), events=Events(), scheduler=Scheduler(), cloudformation=CloudFormation()), told.append
    )
    assert ("shop/web", "t2") in found
    assert not [repository for repository, _ in found if repository in ("shop/night", "shop/hour")]
    assert told == [
        "rule night names the task definition night:1, which is gone",
        "schedule default/hour names the task definition hour, which is gone",
    ]


@pytest.mark.parametrize("fault", [("AccessDeniedException", "Unable to"), ("ClientException", "Invalid revision number.")])
def test_any_other_fault_of_a_task_definition_ends_it(fault):
    with pytest.raises(botocore.exceptions.ClientError):
        in_use(SimpleNamespace(ecs=Gone(*fault), events=Events(), scheduler=Scheduler(), cloudformation=CloudFormation()), refuse)
