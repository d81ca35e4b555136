"""The policy of CloudFormation's role: all that the templates need, and nothing of what has another application's name."""

import fnmatch
import json
from dataclasses import replace

import pytest

from dockyard.deploy.assembly import read_assembly
from dockyard.pipeline.permissions import permissions_of
from dockyard.pipeline.policy import LONGEST, Scope, documents, size
from tests.synth.projects import stacks
from tests.synth.test_lint import KINDS, LINKED

SCOPE = Scope("shop", "123456789012", "eu-west-1", "hnb659fds", "shop-assets")
PROJECT = """
name: shop
environments: {dev: {account: "123456789012", region: eu-west-1}}
cluster: {managed: {}, ec2: {instance_types: [t3.small]}}
domains: {example.com: {hosted_zone: Z0123456789}}
load_balancer: {waf: true, access_logs: {retention: 30}, internal: true}
resources: {orders: {kind: table}, jobs: {kind: queue}, uploads: {kind: bucket}, events: {kind: topic}, db: {kind: database}}
"""


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("everything")
    files = {f"services/{name}/service.yaml": f"{text}\nimage: {{from: nginx}}" for name, text in LINKED.items()}
    files |= {f"services/{name}-2/service.yaml": text.replace("[api]", "[api-2]").replace("topics: [{name: orders", "topics: [{name: others")
              + "\nimage: {from: nginx}\nvolumes: {a: {path: /a, type: efs}}" for name, text in KINDS.items()}  # fmt: skip
    stacks(folder, files={"dockyard.yaml": PROJECT, **files})
    return read_assembly(folder / "cdk.out", partition="aws", account=SCOPE.account, region=SCOPE.region)


@pytest.fixture(scope="module")
def statements(assembly):
    found = documents(assembly, SCOPE, permissions_of(SCOPE.region))
    assert 1 < len(found) <= 9, "a role has ten policies, and CDK's own is one"
    assert max(map(size, found)) <= LONGEST
    return [one for document in found for one in document["Statement"]]


def allows(statements, action, arn):
    """As IAM decides: not where one denies, else where one allows."""

    def holds(one):
        return any(fnmatch.fnmatchcase(action, a) for a in one["Action"]) and any(
            fnmatch.fnmatchcase(arn, r) for r in one["Resource"]
        )

    found = [one["Effect"] for one in statements if holds(one)]
    return "Allow" in found and "Deny" not in found


OWN = {
    "dynamodb": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-dev-x", "ecr": "arn:aws:ecr:eu-west-1:123456789012:repository/shop/web",
    "iam": "arn:aws:iam::123456789012:role/shop-dev-web-x", "lambda": "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-x",
    "logs": "arn:aws:logs:eu-west-1:123456789012:log-group:shop-dev-x", "s3": "arn:aws:s3:::shop-dev-x",
    "sns": "arn:aws:sns:eu-west-1:123456789012:shop-dev-x", "sqs": "arn:aws:sqs:eu-west-1:123456789012:shop-dev-x",
    "ssm": "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/dev/x",
}  # fmt: skip


def test_all_that_cloudformation_does_with_the_resources_is_allowed(assembly, statements):
    permissions = permissions_of(SCOPE.region)
    types = {one["Type"] for stack in assembly for one in json.loads(stack.template)["Resources"].values()}
    assert len(types) > 50
    needed = {action for name in types for action in permissions(name)}
    other = {"iam:CreateServiceLinkedRole": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/x",
             "s3:GetObject": "arn:aws:s3:::shop-assets/x", "s3:REST.PUT.OBJECT": None}  # fmt: skip
    refused = [
        action for action in sorted(needed)
        if (arn := other.get(action, OWN.get(action.partition(":")[0], "arn:aws:any"))) and not allows(statements, action, arn)
    ]  # fmt: skip
    assert refused == []


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/other-dev-web"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/Administrator"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/shop-pipeline-GitHubRolestaging"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::123456789012:role/cdk-hnb659fds-deploy-role-123456789012-eu-west-1"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/shop-2-pipeline-GitHubRolestaging"),
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/shop-dev"),
        ("iam:CreateOpenIDConnectProvider", "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"),
        ("ecr:DeleteRepository", "arn:aws:ecr:eu-west-1:123456789012:repository/other/web"),
        ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/other/dev/x"),
        ("ssm:GetParameters", "arn:aws:ssm:eu-west-1:123456789012:parameter/other/dev/x"),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:eu-west-1:123456789012:table/other"),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:us-east-1:123456789012:table/shop-dev-x"),
        ("s3:DeleteBucket", "arn:aws:s3:::other"),
        ("s3:GetObject", "arn:aws:s3:::other/x"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:123456789012:function:other"),
        ("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:123456789012:log-group:other"),
        ("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:123456789012:other"),
        ("sns:Subscribe", "arn:aws:sns:eu-west-1:123456789012:other"),
        ("cloudformation:CreateStack", "arn:aws:cloudformation:eu-west-1:123456789012:stack/any/1"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/shop-dev-web-x"),
        ("organizations:LeaveOrganization", "arn:aws:any"),
    ],
)
def test_nothing_of_another_application_is(statements, action, arn):
    assert not allows(statements, action, arn)


@pytest.mark.parametrize("purpose", ["deploy", "cfn-exec", "file-publishing", "lookup"])
def test_the_bootstrap_is_out_of_reach_where_its_qualifier_is_the_name_of_the_application(assembly, purpose):
    scope = replace(SCOPE, qualifier=SCOPE.application)
    found = [one for document in documents(assembly, scope, permissions_of(scope.region)) for one in document["Statement"]]
    role = f"arn:aws:iam::123456789012:role/cdk-shop-{purpose}-role-123456789012-eu-west-1"
    for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PassRole"):
        assert not allows(found, action, role)
        assert not allows([one for one in found if one["Effect"] == "Allow"], action, role)
        assert allows(found, "iam:PutRolePolicy", "arn:aws:iam::123456789012:role/cdk-shop-publish-123456789012-eu-west-1")
