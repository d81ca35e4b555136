"""The pipeline's stack, and previews on another environment's platform."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from dockyard.config import load_project
from dockyard.errors import UsageError
from stacks import pipeline
from tests.synth.projects import resources, stacks

PROJECT = """
name: shop
environments:
  staging: {account: '111111111111', region: eu-west-1, domains: {example.com: {hosted_zone: Z0123456789}}}
  second: {account: '111111111111', region: us-east-1}
  prod: {account: '222222222222', region: eu-west-1}
  pr: {preview: {of: staging, trusted: true}}
pipeline: {repository: acme/shop, session: 90}
"""


@pytest.fixture
def read(tmp_path):
    """The template of the pipeline's stack of an environment's account."""

    def made(environment, text=PROJECT):
        (tmp_path / "dockyard.yaml").write_text(text)
        project = load_project(tmp_path)
        stack = pipeline(cdk.App(), project, project.environment(environment))
        assert stack.termination_protection
        return assertions.Template.from_stack(stack).to_json()

    return made


def test_an_account_has_the_roles_of_its_environments(read):
    assert set(read("staging")["Outputs"]) == {"RoleStaging", "RoleSecond", "PlanRole", "PreviewRole"}
    assert set(read("prod")["Outputs"]) == {"RoleProd"}


def test_sessions_are_as_long_as_asked_for(read):
    roles = resources(read("staging"), "IAM::Role")
    assert [role["MaxSessionDuration"] for role in roles] == [90 * 60] * 4


def test_who_promotes_from_another_region_may_look_there_and_nobody_else(read):
    policies = {json.dumps(one["Roles"]): json.dumps(one["PolicyDocument"]) for one in resources(read("staging"), "IAM::Policy")}
    (second,) = [text for role, text in policies.items() if "second" in role]
    assert "cdk-hnb659fds-lookup-role-111111111111-eu-west-1" in second
    assert "deploy-role-111111111111-eu-west-1" not in second
    (staging,) = [text for role, text in policies.items() if "staging" in role]
    assert "us-east-1" not in staging


def test_who_promotes_from_another_account_may_look_there(read):
    (policy,) = resources(read("prod"), "IAM::Policy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert "cdk-hnb659fds-lookup-role-111111111111-us-east-1" in json.dumps(statement)  # where second is, which comes before
    assert "deploy-role-111111111111" not in json.dumps(statement)


@pytest.mark.parametrize(
    ("environment", "text", "message"),
    [
        ("staging", PROJECT.partition("pipeline:")[0], "dockyard.yaml has no pipeline"),
        ("prod", PROJECT.replace("session: 90", "environments: [staging]"), "pipeline: should deploy to prod, got staging"),
    ],
)
def test_it_is_made_for_what_it_deploys_to(read, environment, text, message):
    with pytest.raises(UsageError, match=message):
        read(environment, text)


SERVICES = {
    "services/web/service.yaml": "kind: web\nimage: {from: nginx, mirror: false}\ncalls: [api]\nsecrets: [KEY]\nlinks: {orders: read}",
    "services/api/service.yaml": "kind: backend\nimage: {from: nginx, mirror: false}",
}
SHARED = "resources: {orders: {kind: table}}\n"


@pytest.fixture
def preview(tmp_path):
    return stacks(tmp_path, "pr-7", {"dockyard.yaml": PROJECT + SHARED, **SERVICES})


def parameters(template):
    return {one["Default"] for one in template["Parameters"].values() if one["Type"].startswith("AWS::SSM")}


def test_a_preview_is_its_services_and_names(preview):
    artifacts, read = preview
    made = {name for name, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
    assert made == {"shop-registry", "shop-pr-7-platform", "shop-pr-7-web", "shop-pr-7-api"}
    own = read("shop-pr-7-platform")
    kinds = {one["Type"] for one in own["Resources"].values()} - {"AWS::CDK::Metadata"}
    assert kinds == {"AWS::ServiceDiscovery::HttpNamespace", "AWS::SSM::Parameter", "AWS::Route53::RecordSet"}
    (record,) = resources(own, "Route53::RecordSet")
    assert (record["Name"], record["Type"]) == ("pr-7.example.com.", "CNAME")
    assert parameters(own) >= {"/shop/staging/platform/load-balancer-dns-name"}


def test_it_uses_the_platform_the_resources_and_the_secrets_of_the_environment_that_it_is_of(preview):
    _, read = preview
    web = read("shop-pr-7-web")
    asked = parameters(web)
    assert "/shop/pr-7/platform/namespace" in asked
    assert {name.rpartition("/")[0] for name in asked} == {
        "/shop/pr-7/platform", "/shop/staging/platform", "/shop/staging/resources/orders", "/cdk-bootstrap/hnb659fds",
    }  # fmt: skip
    assert "parameter/shop/staging/web/KEY" in json.dumps(web)
    (service,) = resources(web, "ECS::Service")
    assert [one["CapacityProvider"] for one in service["CapacityProviderStrategy"]] == ["FARGATE_SPOT"]
    assert (service["DesiredCount"], resources(web, "CloudWatch::Alarm")) == (1, [])


def test_its_rules_are_for_its_own_hosts(preview):
    _, read = preview
    (rule,) = resources(read("shop-pr-7-web"), "ElasticLoadBalancingV2::ListenerRule")
    hosts = [one["HostHeaderConfig"]["Values"] for one in rule["Conditions"] if one["Field"] == "host-header"]
    assert hosts == [["pr-7.example.com"]]
    assert read("shop-pr-7-web")["Outputs"]["Address"]["Value"] == "https://pr-7.example.com/"
