"""What services have of the servers of a cluster."""

import shutil

import pytest

from tests.synth.projects import ROOT, resources, stacks
from tests.synth.test_lint import linted

IMAGE = "image: {from: nginx, mirror: false}"
CLUSTER = "cluster: {ec2: {instance_types: [g4dn.xlarge, g5.xlarge]}, managed: {min_gpus: 1, max_gpus: 8}}"
KINDS = {
    "web": "kind: web",
    "api": "kind: backend",
    "mail": "kind: worker",
    "nightly": "kind: job\nschedule: rate(1 day)",
    "train": "kind: task",
}


@pytest.mark.parametrize("runs_on", ["ec2", "managed"])
def test_a_container_of_any_kind_may_have_gpus_of_its_server(tmp_path, runs_on):
    files = {
        f"services/{name}/service.yaml": f"{kind}\nruns_on: {runs_on}\ngpu: 2\n{IMAGE}\nsidecars: {{beside: {{{IMAGE}}}}}"
        for name, kind in KINDS.items()
    }
    _, read = stacks(tmp_path, files={"dockyard.yaml": f"name: shop\nenvironments: {{dev: {{}}}}\n{CLUSTER}", **files})
    for name in KINDS:
        (definition,) = resources(read(f"shop-dev-{name}"), "ECS::TaskDefinition")
        own, beside = definition["ContainerDefinitions"]
        assert own["ResourceRequirements"] == [{"Type": "GPU", "Value": "2"}]
        assert "ResourceRequirements" not in beside
    assert linted(tmp_path / "cdk.out") == (0, "")


def test_the_example_with_a_gpu_makes_stacks(tmp_path):
    shutil.copytree(ROOT / "examples/gpu", tmp_path / "services/gpu")
    _, read = stacks(tmp_path, files={"dockyard.yaml": f"name: shop\nenvironments: {{dev: {{}}}}\n{CLUSTER}"})
    (definition,) = resources(read("shop-dev-gpu"), "ECS::TaskDefinition")
    assert definition["ContainerDefinitions"][0]["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]


def test_servers_of_a_project_may_wait_in_a_warm_pool(tmp_path):
    cluster = "cluster: {ec2: {instance_types: [m6i.large], max: 8, warm_pool: {min: 1, max_prepared: 4, state: running}}}"
    _, read = stacks(tmp_path, files={"dockyard.yaml": f"name: shop\nenvironments: {{dev: {{}}}}\n{cluster}"})
    (pool,) = resources(read("shop-dev-platform"), "AutoScaling::WarmPool")
    assert (pool["MinSize"], pool["MaxGroupPreparedCapacity"], pool["PoolState"]) == (1, 4, "Running")
    assert linted(tmp_path / "cdk.out") == (0, "")
