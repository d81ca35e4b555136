"""What the stacks of each kind have in them."""

import json

import pytest

from tests.synth.projects import resources, stacks

PROJECT = (
    "name: shop\nenvironments: {dev: {account: '111122223333', region: eu-west-1}}\ncluster: {ec2: {instance_types: [t3.small]}}"
)
IMAGE = "image: {from: nginx, mirror: false}"


@pytest.fixture
def template(tmp_path):
    """The template of one service of a project of these."""

    def made(name, **services):
        files = {f"services/{service}/service.yaml": f"{text}\n{IMAGE}" for service, text in services.items()}
        _, read = stacks(tmp_path, files={"dockyard.yaml": PROJECT, **files})
        return read(f"shop-dev-{name}")

    return made


def test_a_task_is_a_definition_that_is_run_when_asked_for(template):
    found = template("migrate", migrate="kind: task")
    assert resources(found, "ECS::Service") == []
    assert len(resources(found, "ECS::TaskDefinition")) == 1
    how = json.dumps(found["Outputs"]["RunTask"]["Value"])
    assert "FARGATE" in how
    assert "awsvpcConfiguration" in how


def test_a_task_on_servers_has_their_network(template):
    how = json.dumps(template("migrate", migrate="kind: task\nruns_on: ec2")["Outputs"]["RunTask"]["Value"])
    assert "awsvpcConfiguration" not in how
    assert "capacityProviderStrategy" in how
