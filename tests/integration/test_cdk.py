"""The real CDK CLI from a terminal, after `eval "$(dockyard local env)"`: the same result as the tool's own deploy."""

import json

import pytest

from tests.integration.support import get

STACKS = ("demo-registry", "demo-dev-platform", "demo-dev-hello-node", "demo-dev-hello-python")


@pytest.fixture
def emptied(site):
    """The account of the site, empty; full again afterwards."""
    site.up()
    before = {name: _sent(site, name) for name in STACKS}
    site.dockyard("local", "reset")
    yield before
    site.up()


def test_plain_cdk_deploys_everything_into_an_empty_account(site, emptied):
    """No other flag, no image in ECR; and what CloudFormation was sent is what the tool sends."""
    assert site.containers() == []
    assert site.client("cloudformation").describe_stacks()["Stacks"] == []
    site.cdk("bootstrap")
    site.cdk("deploy", "--all", "--require-approval", "never")
    base = next(a for a in site.addresses().values()).rsplit("/", 1)[0]
    assert [get(f"{base}/{service}")[0] for service in ("hello-python", "hello-node")] == [200, 200]
    for name in STACKS:
        assert _sent(site, name) == emptied[name]


def test_after_the_tool_plain_cdk_finds_nothing_to_do(site):
    site.up()
    told = site.cdk("deploy", "--all", "--require-approval", "never")
    assert (told.stdout + told.stderr).count("(no changes)") == len(STACKS)


def test_plain_cdk_fails_with_a_broken_image_and_the_old_version_serves(site, source):
    address = site.addresses()["hello-python"]
    site.edit(source, "app = Starlette(", "raise SystemExit(1)\napp = Starlette(")
    told = site.cdk("deploy", "demo-dev-hello-python", "--require-approval", "never", code=1)
    assert "ECS Deployment Circuit Breaker was triggered" in told.stdout + told.stderr
    assert get(address) == (200, {"service": "hello-python", "version": "1", "path": "/hello-python"})
    status = site.client("cloudformation").describe_stacks(StackName="demo-dev-hello-python")["Stacks"][0]["StackStatus"]
    assert status == "UPDATE_ROLLBACK_COMPLETE"


def test_the_asset_command_refuses_a_tag_that_is_not_that_of_the_sources(site):
    """Between synth and deploy somebody changed a file: the image would not be what the template names."""
    told = site.dockyard("asset", "hello-python", "0" * 20, code=1)
    assert told.stdout == ""
    assert "was to be built with tag 00000000000000000000, and its sources now give" in told.stderr


def test_the_asset_command_prints_the_images_name_and_nothing_else(site):
    variables = site.account()
    rows = json.loads(site.dockyard("tags", "--json", **variables).stdout)
    tag = next(row["tag"] for row in rows if row["service"] == "hello-python")
    assert site.dockyard("asset", "hello-python", tag, **variables).stdout == f"demo/hello-python:{tag}\n"


def test_the_cdk_cli_may_deploy_the_stacks_on_wish(site, source):
    """`--via cdk`, for what change sets here do not know."""
    site.edit(source, 'VERSION = "1"', 'VERSION = "5"')
    variables = {name: value for name, value in site.in_local_aws().items() if name.startswith(("AWS_", "DOCKYARD_", "PATH"))}
    assert "cdk deploy: 4 stacks" in site.dockyard("deploy", "--via", "cdk", **variables).stderr
    assert get(site.addresses()["hello-python"])[1]["version"] == "5"


def _sent(site, name: str) -> dict:
    """What CloudFormation was sent for a stack, but for ids that differ from one account to the next."""
    cloudformation = site.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    template = cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    return {
        "template": template if isinstance(template, dict) else json.loads(template),
        "parameters": sorted((p["ParameterKey"], p["ParameterValue"]) for p in stack.get("Parameters", [])),
        "tags": sorted((t["Key"], t["Value"]) for t in stack.get("Tags", [])),
        "role": stack.get("RoleARN"),
        "protected": stack.get("EnableTerminationProtection", False),
    }
