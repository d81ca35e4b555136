"""Who may take on the pipeline's roles, claim by claim, and what they may do then."""

import json
import os
import subprocess
import sys

import pytest
from aws_cdk import aws_iam as iam

from dockyard_constructs import GitHubPipeline

ISSUER = "token.actions.githubusercontent.com"
PUSH = {
    "iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": "repo:acme/shop:environment:staging", "repository": "acme/shop",
    "ref": "refs/heads/main", "environment": "staging",
}  # fmt: skip
"""Claims of a job for staging, after a push to main."""
REQUEST = {key: PUSH[key] for key in ("iss", "aud", "repository")} | {
    "sub": "repo:acme/shop:pull_request",
    "ref": "refs/pull/7/merge",
}
"""Claims of a job of a pull request from a branch of the repository."""
CLEANING = {**REQUEST, "sub": "repo:acme/shop:ref:refs/heads/main", "ref": "refs/heads/main"}
"""Claims of a scheduled job."""


def admits(role: dict, claims: dict) -> bool:
    """Whether IAM would let a token with these claims take on the role: as its policy evaluates, with no operator but StringEquals.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"].keys() == {"Federated"}
    assert statement["Condition"].keys() == {"StringEquals"}
    for key, wanted in statement["Condition"]["StringEquals"].items():
        issuer, _, claim = key.rpartition(":")
        values = wanted if isinstance(wanted, list) else [wanted]
        assert issuer == ISSUER
        assert not any(set("*?") & set(value) for value in values)
        if claims.get(claim) not in values:  # a key that the token has not matches nothing
            return False
    return claims["iss"] == f"https://{ISSUER}"


@pytest.fixture
def roles(stack, template):
    made = GitHubPipeline(
        stack, "GitHub", application="shop", subject="repo:acme/shop", repository="acme/shop",
        environments={"staging": "eu-west-1", "production": "us-east-1"}, previews=["eu-west-1"],
    )  # fmt: skip
    found = template()
    by_id = found.json["Resources"]

    def properties(role):
        return by_id[stack.get_logical_id(role.node.default_child)]["Properties"]

    return {**{name: properties(role) for name, role in made.roles.items()}, "plan": properties(made.plan_role),
            "preview": properties(made.preview_role)}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "claims"),
    [
        ("staging", PUSH),
        ("production", {**PUSH, "sub": "repo:acme/shop:environment:production", "environment": "production"}),
        ("plan", REQUEST),
        ("preview", REQUEST),
        ("preview", CLEANING),
    ],
)
def test_each_role_is_taken_on_by_its_own_jobs(roles, role, claims):
    assert admits(roles[role], claims)


OTHERS = {
    "another repository": {"sub": "repo:acme/other:environment:staging", "repository": "acme/other"},
    "a fork": {"sub": "repo:evil/shop:environment:staging", "repository": "evil/shop"},
    "a repository whose name only begins so": {"sub": "repo:acme/shop-2:environment:staging", "repository": "acme/shop-2"},
    "a recycled name, with another id": {"sub": "repo:acme@9/shop@9:environment:staging"},
    "another environment": {"sub": "repo:acme/shop:environment:production"},
    "an environment whose name only begins so": {"sub": "repo:acme/shop:environment:staging-2"},
    "no environment": {"sub": "repo:acme/shop:ref:refs/heads/main"},
    "a pull request": {"sub": "repo:acme/shop:pull_request", "ref": "refs/pull/7/merge"},
    "a pull request that names the environment": {"ref": "refs/pull/7/merge"},
    "another branch that names the environment": {"ref": "refs/heads/feature"},
    "a branch whose name only begins so": {"ref": "refs/heads/main-2"},
    "a tag of that name": {"ref": "refs/tags/main"},
    "another audience": {"aud": "https://github.com/acme"},
    "a token without a ref": {"ref": None},
    "another issuer": {"iss": "https://token.actions.example.com"},
}


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_deploys(roles, who):
    assert not admits(roles["staging"], {**PUSH, **OTHERS[who]})


FOREIGN = {
    "a fork's own run": {"sub": "repo:evil/shop:pull_request", "repository": "evil/shop"},
    "another repository": {"sub": "repo:acme/other:pull_request", "repository": "acme/other"},
    "a subject of ours from another repository": {"repository": "evil/shop"},
    "another branch's push": {"sub": "repo:acme/shop:ref:refs/heads/feature", "ref": "refs/heads/feature"},
    "a tag": {"sub": "repo:acme/shop:ref:refs/tags/main", "ref": "refs/tags/main"},
    "an environment": {"sub": "repo:acme/shop:environment:staging"},
    "another audience": {"aud": "https://github.com/acme"},
}


@pytest.mark.parametrize("who", FOREIGN)
@pytest.mark.parametrize("role", ["plan", "preview"])
def test_nobody_else_plans_or_previews(roles, role, who):
    assert not admits(roles[role], {**REQUEST, **FOREIGN[who]})


@pytest.mark.parametrize("role", ["staging", "production", "plan"])
def test_a_scheduled_job_can_only_clean_up(roles, role):
    assert not admits(roles[role], CLEANING)


def allowed(template: dict, role: str) -> list[str]:
    """Names of the roles that a role may take on, which is all that it may do."""
    (document,) = [
        policy["Properties"]["PolicyDocument"]
        for policy in template["Resources"].values()
        if policy["Type"] == "AWS::IAM::Policy" and role in json.dumps(policy["Properties"]["Roles"])
    ]
    (statement,) = document["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return sorted("".join(resource["Fn::Join"][1][1:] if isinstance(resource, dict) else [resource]).partition("role/")[2]
                  for resource in map(_plain, resources))  # fmt: skip


def _plain(resource):
    joined = resource["Fn::Join"][1]
    return {"Fn::Join": ["", [part if isinstance(part, str) else "aws" for part in joined]]}


def test_they_may_take_on_just_the_roles_of_a_deploy(stack, template):
    GitHubPipeline(
        stack, "GitHub", application="shop", subject="repo:acme/shop", repository="acme/shop", environments={"staging": "us-east-1"},
        previews=["eu-west-1"], qualifier="shop1",
    )  # fmt: skip
    found = template().json
    place = "123456789012-us-east-1"
    assert allowed(found, "Rolestaging") == [
        f"cdk-shop-publish-{place}", f"cdk-shop1-deploy-role-{place}", f"cdk-shop1-file-publishing-role-{place}",
        f"cdk-shop1-lookup-role-{place}",
    ]  # fmt: skip
    assert allowed(found, "PlanRole") == ["cdk-shop1-lookup-role-123456789012-eu-west-1", f"cdk-shop1-lookup-role-{place}"]
    assert all(name.endswith("-123456789012-eu-west-1") for name in allowed(found, "PreviewRole"))


def test_a_provider_that_is_there_is_not_made_again(stack, template):
    arn = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"
    provider = iam.OidcProviderNative.from_oidc_provider_arn(stack, "Provider", arn)
    GitHubPipeline(
        stack,
        "GitHub",
        application="shop",
        subject="repo:a/b",
        repository="a/b",
        environments={"dev": "eu-west-1"},
        provider=provider,
    )
    found = template()
    assert found.all("IAM::OIDCProvider") == []
    assert len(found.all("IAM::Role")) == 2
    assert found.all("IAM::Role")[0]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Federated": arn}


NAGGED = """
import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from cdk_nag import AwsSolutionsChecks
from dockyard_constructs import GitHubPipeline

app = cdk.App()
cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
stack = cdk.Stack(app, "Test", env=cdk.Environment(account="123456789012", region="eu-west-1"))
GitHubPipeline(
    stack, "GitHub", application="shop", subject="repo:acme/shop", repository="acme/shop", environments={"staging": "eu-west-1"},
    previews=["eu-west-1"],
)
ADDED
app.synth()
"""


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ("", 0),
        (
            'iam.Role(stack, "R", assumed_by=iam.AnyPrincipal()).add_to_policy(iam.PolicyStatement(actions=["*"], resources=["*"]))',
            1,
        ),
    ],
    ids=["as it is", "with a role too wide"],
)
def test_cdk_nag_finds_nothing(tmp_path, added, code):
    environment = {**os.environ, "CDK_VALIDATION": "true", "CDK_OUTDIR": str(tmp_path)}
    command = [sys.executable, "-c", NAGGED.replace("ADDED", added)]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, "AwsSolutions-IAM5" in ended.stdout + ended.stderr) == (code, bool(code)), ended.stderr
