"""The end of a cluster whose servers run tasks: by itself, by the tool and by the CDK CLI."""

import pytest

from tests.integration.support import get

OURS = ["demo-dev-hello-node", "demo-dev-hello-python", "demo-dev-platform"]


@pytest.fixture
def restored(site):
    """The site, whole again afterwards."""
    service = site.root / "services/hello-node/service.yaml"
    before = service.read_text()
    yield
    service.write_text(before)
    site.up()


def test_a_service_on_servers_answers_in_either_network_mode_and_then_all_of_it_ends(site, restored):
    assert get(site.addresses()["hello-node"])[0] == 200
    assert _task(site).get("attachments", []) == []
    told = site.dockyard("destroy", "hello-node", "--yes", **site.account()).stderr
    assert "demo-dev-hello-node: deleted" in told
    assert "demo-dev-hello-python" not in told
    site.edit("services/hello-node/service.yaml", "runs_on: ec2", "runs_on: ec2\nnetwork_mode: awsvpc")
    assert get(site.addresses()["hello-node"])[0] == 200
    assert _task(site)["attachments"][0]["type"] == "ElasticNetworkInterface"
    told = site.dockyard("destroy", "--yes", **site.account()).stderr
    order = [told.index(f"{name}: deleted") for name in ("demo-dev-hello-node", "demo-dev-platform")]
    assert order == sorted(order)
    _is_gone(site)
    images = site.client("ecr").describe_images(repositoryName="demo/hello-node")["imageDetails"]
    assert images  # the registry stays


def test_plain_cdk_destroys_a_cluster_with_running_services_on_servers(site, restored):
    site.up()
    site.cdk("destroy", *OURS, "--force")
    _is_gone(site)


def _task(site) -> dict:
    ecs = site.client("ecs")
    names = [arn.rsplit("/", 1)[-1] for arn in ecs.list_services(cluster="demo-dev")["serviceArns"]]
    (service,) = [name for name in names if "hello-node" in name]
    (task,) = ecs.list_tasks(cluster="demo-dev", serviceName=service)["taskArns"]
    found = ecs.describe_tasks(cluster="demo-dev", tasks=[task])["tasks"][0]
    assert found["containerInstanceArn"]
    return found


def _is_gone(site) -> None:
    stacks = [s["StackName"] for s in site.client("cloudformation").describe_stacks()["Stacks"] if s["StackName"] in OURS]
    assert stacks == []
    assert site.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    providers = site.client("ecs").describe_capacity_providers()["capacityProviders"]
    assert {p["name"] for p in providers} <= {"FARGATE", "FARGATE_SPOT"}
    assert site.containers() == []
