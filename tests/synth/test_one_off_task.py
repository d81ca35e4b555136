"""`OneOffTask`: what one must know to run it."""

import json

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import Ec2Capacity, FargateCapacity, OneOffTask, Sidecar

START = ecs.ContainerDependencyCondition.START


@pytest.fixture
def make(stack, vpc):
    """A task with these settings."""
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
    image = ecs.ContainerImage.from_registry("nginx")
    return lambda **settings: OneOffTask(stack, "Task", cluster=cluster, image=image, **settings)


def test_with_all_defaults_it_runs_on_fargate_in_private_subnets_and_nothing_reaches_it(make, template):
    parameters = make().run_parameters
    found = template()
    assert parameters["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    network = parameters["networkConfiguration"]["awsvpcConfiguration"]
    assert (network["subnets"], network["assignPublicIp"]) == (["subnet-3", "subnet-4"], "DISABLED")
    assert "SecurityGroupIngress" not in found.one("EC2::SecurityGroup")
    assert found.all("ECS::Service") == []
    assert "PortMappings" not in found.one("ECS::TaskDefinition")["ContainerDefinitions"][0]


def test_with_all_set(make, template):
    subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    task = make(cpu=512, memory_limit_mib=1024, environment={"A": "b"}, capacity=FargateCapacity(subnets, assign_public_ip=True))
    definition = template().one("ECS::TaskDefinition")
    assert (definition["Cpu"], definition["Memory"]) == ("512", "1024")
    assert definition["ContainerDefinitions"][0]["Environment"] == [{"Name": "A", "Value": "b"}]
    network = task.run_parameters["networkConfiguration"]["awsvpcConfiguration"]
    assert (network["subnets"], network["assignPublicIp"]) == (["subnet-1", "subnet-2"], "ENABLED")


def test_on_servers_it_has_their_network(make, template):
    task = make(capacity=Ec2Capacity("servers"))
    assert "networkConfiguration" not in task.run_parameters
    assert task.run_parameters["capacityProviderStrategy"] == [{"capacityProvider": "servers", "weight": 1}]
    assert "SecurityGroup" not in json.dumps(template().json)


def test_settings_that_do_not_go_together_are_refused(make):
    with pytest.raises(ValueError, match="remove readonly_root_filesystem"):
        make(enable_execute_command=True, readonly_root_filesystem=True)


def test_gpus_are_of_servers(make, template):
    make(gpu_count=2, capacity=Ec2Capacity("servers"))
    (container,) = template().one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert container["ResourceRequirements"] == [{"Type": "GPU", "Value": "2"}]


def test_gpus_on_fargate_are_refused(make):
    with pytest.raises(ValueError, match="gpu_count has no use on Fargate"):
        make(gpu_count=1)


def test_a_stop_that_takes_too_long_is_refused(make):
    with pytest.raises(ValueError, match="stop_timeout should be 2 to 120 seconds, got 121"):
        make(stop_timeout=Duration.seconds(121))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"depends_on": {"nobody": START}}, "container app depends on nobody, which is none of app, beside"),
        (
            {"depends_on": {"beside": START}, "sidecars": {"depends_on": {"app": START}}},
            "containers depend on each other: app, beside",
        ),
        ({"sidecars": {"depends_on": {"beside": START}}}, "containers depend on each other: beside"),
        (
            {"capacity": Ec2Capacity("servers"), "memory_limit_mib": 128},
            "sidecars should leave some of cpu 256 and memory 128 MiB",
        ),
    ],
)
def test_sidecars_that_do_not_go_together_are_refused(make, settings, told):
    beside = Sidecar(image=ecs.ContainerImage.from_registry("redis"), **settings.get("sidecars", {}))
    with pytest.raises(ValueError, match=told):
        make(**{**settings, "sidecars": {"beside": beside}})


def test_on_fargate_containers_share_what_the_task_has(make, template):
    make(sidecars={f"beside-{n}": Sidecar(image=ecs.ContainerImage.from_registry("redis")) for n in range(5)})
    assert not any("Memory" in one for one in template().one("ECS::TaskDefinition")["ContainerDefinitions"])
