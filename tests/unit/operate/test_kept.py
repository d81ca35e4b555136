"""What is told to stay when stacks go."""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.operate.kept import kept

TEMPLATE = {
    "Files": ("AWS::S3::Bucket", "Retain", "shop-dev-files"),
    "Orders": ("AWS::RDS::DBCluster", "Snapshot", "orders"),
    "Mail": ("AWS::SQS::Queue", "RetainExceptOnCreate", "https://sqs.eu-west-1.amazonaws.com/1/mail"),
    "Other": ("AWS::KMS::Key", "Retain", "1234"),
    "Web": ("AWS::ECR::Repository", "Retain", "shop/web"),
    "Service": ("AWS::ECS::Service", "Delete", "arn:web"),
    "Role": ("AWS::IAM::Role", None, "role"),
}


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
    assert kept(aws, ["shop-dev-web"]) == [
        "bucket shop-dev-files", "a snapshot of database orders", "queue mail", "AWS::KMS::Key 1234",
    ]  # fmt: skip
    assert kept(aws, []) == []


def test_who_may_not_look_is_told_nothing():
    def refused(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetTemplate")

    assert kept(SimpleNamespace(cloudformation=SimpleNamespace(get_template=refused)), ["shop-dev-web"]) == []
