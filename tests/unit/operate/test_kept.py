"""What is told to stay when stacks go."""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.operate.kept import kept, of_those_gone

TEMPLATE = {
    "Files": ("AWS::S3::Bucket", "Retain", "shop-dev-files"),
    "Orders": ("AWS::RDS::DBCluster", "Snapshot", "orders"),
    "Mail": ("AWS::SQS::Queue", "RetainExceptOnCreate", "https://sqs.eu-west-1.amazonaws.com/1/mail"),
    "Other": ("AWS::KMS::Key", "Retain", "1234"),
    "Web": ("AWS::ECR::Repository", "Retain", "shop/web"),
    "Service": ("AWS::ECS::Service", "Delete", "arn:web"),
    "Role": ("AWS::IAM::Role", None, "role"),
}


KEPT = ["bucket shop-dev-files", "a snapshot of database orders", "queue mail", "AWS::KMS::Key 1234"]


class CloudFormation:
    """One stack; its template as text, or read already, as botocore has it."""

    def __init__(self, as_text):
        self.as_text = as_text

    def get_template(self, **_):
        body = {"Resources": {id: {"DeletionPolicy": policy} if policy else {} for id, (_, policy, _) in TEMPLATE.items()}}
        return {"TemplateBody": json.dumps(body) if self.as_text else body}

    def get_paginator(self, _):
        found = [
            {"LogicalResourceId": id, "ResourceType": type, "PhysicalResourceId": name, "ResourceStatus": "CREATE_COMPLETE"}
            for id, (type, _, name) in TEMPLATE.items()
        ]
        failed = {"LogicalResourceId": "Files", "ResourceType": "AWS::S3::Bucket", "ResourceStatus": "CREATE_FAILED"}
        return SimpleNamespace(paginate=lambda StackName: [{"StackResourceSummaries": [*found, failed]}])  # noqa: N803


@pytest.mark.parametrize("as_text", [True, False])
def test_what_templates_retain_is_told_by_its_name(as_text):
    aws = SimpleNamespace(cloudformation=CloudFormation(as_text))
    assert kept(aws, ["shop-dev-web"]) == {"shop-dev-web": KEPT}
    assert kept(aws, []) == {}


def test_of_a_stack_that_may_not_be_looked_at_nothing_is_told_and_of_others_what_is_known():
    aws = SimpleNamespace(cloudformation=CloudFormation(as_text=True))
    told = aws.cloudformation.get_template

    def get_template(StackName, **_):  # noqa: N803
        if StackName == "closed":
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetTemplate")
        return told()

    aws.cloudformation.get_template = get_template
    assert kept(aws, ["closed", "shop-dev-web"]) == {"shop-dev-web": KEPT}


def test_of_a_stack_that_is_still_there_nothing_stays(monkeypatch):
    monkeypatch.setattr("dockyard.operate.kept.stack_of", lambda _, name: {"StackName": name} if name == "left" else None)
    assert of_those_gone(SimpleNamespace(cloudformation=None), {"gone": ["bucket a"], "left": ["bucket b"]}) == ["bucket a"]
