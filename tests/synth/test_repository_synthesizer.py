"""`RepositorySynthesizer` and `ExecutableImage`: what is written to the cloud assembly."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns

from dockyard_constructs import ExecutableImage, PublishingRole, RepositorySynthesizer

ENVIRONMENT = cdk.Environment(account="123456789012", region="eu-west-1")


class Assembly:
    def __init__(
        self, *, role: str | None = PublishingRole.arn_of("shop"), qualifier: str | None = None, pushed_by_command: bool = False
    ) -> None:
        app = cdk.App()
        registry = cdk.Stack(app, "Registry", env=ENVIRONMENT)
        sns.Topic(registry, "T")
        synthesizer = RepositorySynthesizer(
            registry=registry, repository_name="shop/web", publishing_role_arn=role, qualifier=qualifier
        )
        self.stack = cdk.Stack(app, "Web", env=ENVIRONMENT, synthesizer=synthesizer, termination_protection=True, tags={"a": "b"})
        synthesizer.bind(self.stack)
        self.image = ExecutableImage(
            self.stack, "Image", synthesizer=synthesizer, repository_name="shop/web", tag="abc123",
            command=["make-it", "web"], display_name="web", pushed_by_command=pushed_by_command,
        )  # fmt: skip
        nested = cdk.NestedStack(self.stack, "Nested")
        sns.Topic(nested, "T")
        task = ecs.FargateTaskDefinition(self.stack, "Task")
        task.add_container("app", image=self.image.container_image)
        self.folder = Path(app.synth().directory)
        self.artifacts = json.loads((self.folder / "manifest.json").read_text())["artifacts"]
        self.assets = json.loads((self.folder / "Web.assets.json").read_text())


@pytest.fixture(scope="module")
def assembly():
    return Assembly()


def test_the_assets_wait_for_the_stack_that_makes_the_repository(assembly):
    """Else the CDK CLI looks for the repository before it is there: "No ECR repository named"."""
    assert assembly.artifacts["Web.assets"]["dependencies"] == ["Registry"]
    assert "dependencies" not in assembly.artifacts["Registry.assets"]


def test_the_image_is_made_by_the_command_and_goes_to_the_apps_repository(assembly):
    (image,) = assembly.assets["dockerImages"].values()
    (destination,) = image["destinations"].values()
    assert image["source"] == {"executable": ["make-it", "web"]}
    assert (destination["repositoryName"], destination["imageTag"]) == ("shop/web", "abc123")
    assert destination["assumeRoleArn"].endswith(":role/cdk-shop-publish-123456789012-eu-west-1")


def test_an_index_is_pushed_by_the_command_and_the_cli_asks_for_what_stands_for_it():
    """The CLI pushes one image; the tag that runs is none of its business then."""
    assembly = Assembly(pushed_by_command=True)
    (image,) = assembly.assets["dockerImages"].values()
    (destination,) = image["destinations"].values()
    assert destination["imageTag"] == "cache-abc123"
    assert ":abc123" in (assembly.folder / "Web.template.json").read_text()
    assert "cache-abc123" not in (assembly.folder / "Web.template.json").read_text()


def test_the_task_names_the_image_by_repository_and_tag(assembly):
    template = json.loads((assembly.folder / "Web.template.json").read_text())
    task = next(r for r in template["Resources"].values() if r["Type"] == "AWS::ECS::TaskDefinition")
    assert "/shop/web:abc123" in json.dumps(task["Properties"]["ContainerDefinitions"][0]["Image"])


def test_all_else_is_as_the_default_synthesizer_has_it(assembly):
    web, registry = (assembly.artifacts[name]["properties"] for name in ("Web", "Registry"))
    assert set(registry) - set(web) == set()
    assert (web["terminationProtection"], web["tags"]) == (True, {"a": "b"})
    assert web["assumeRoleArn"] == registry["assumeRoleArn"]
    assert len(assembly.assets["files"]) == 2  # the template and the nested one
    assert assembly.artifacts["Web.assets"]["properties"] == {
        "file": "Web.assets.json",
        "requiresBootstrapStackVersion": 6,
        "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
    }


def test_another_qualifier_and_the_bootstraps_own_role_are_taken():
    assembly = Assembly(role=None, qualifier="mine")
    properties = assembly.artifacts["Web.assets"]["properties"]
    (image,) = assembly.assets["dockerImages"].values()
    (destination,) = image["destinations"].values()
    assert properties["bootstrapStackVersionSsmParameter"] == "/cdk-bootstrap/mine/version"
    assert "cdk-mine-image-publishing-role" in destination["assumeRoleArn"]
