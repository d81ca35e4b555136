"""`ContainerCluster`."""

import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import ContainerCluster, InstanceGroup


def test_with_all_defaults_there_is_fargate_and_no_server(stack, vpc, template):
    ContainerCluster(stack, "Cluster", vpc=vpc)
    found = template()
    assert found.one("ECS::ClusterCapacityProviderAssociations")["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert found.one("ECS::Cluster")["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enabled"}]
    assert found.all("AutoScaling::AutoScalingGroup") == []


@pytest.fixture
def found(stack, vpc, template):
    front = ec2.SecurityGroup.from_security_group_id(stack, "Front", "sg-front", mutable=False)
    group = InstanceGroup(["t3.small", "t3a.small"], 1, 5, ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC), 50)
    ContainerCluster(
        stack, "Cluster", vpc=vpc, cluster_name="shop", instances=group, load_balancer_security_group=front,
        container_insights=ecs.ContainerInsights.ENHANCED,
    )  # fmt: skip
    return template()


def test_servers_come_from_a_group_of_several_types(found):
    group = found.one("AutoScaling::AutoScalingGroup")
    overrides = group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert [o["InstanceType"] for o in overrides] == ["t3.small", "t3a.small"]
    assert (group["MinSize"], group["MaxSize"]) == ("1", "5")
    assert group["VPCZoneIdentifier"] == ["subnet-1", "subnet-2"]
    assert "DesiredCapacity" not in group  # ECS decides it; a deploy would undo that


def test_servers_are_hardened(found):
    data = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    (volume,) = (mapping["Ebs"] for mapping in data["BlockDeviceMappings"])
    assert volume == {"Encrypted": True, "VolumeSize": 50, "VolumeType": "gp3"}
    assert found.all("AutoScaling::LaunchConfiguration") == []


def test_ecs_scales_and_drains_and_the_stack_can_be_deleted(found):
    provider = found.one("ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedScaling"]["Status"] == "ENABLED"
    assert provider["ManagedDraining"] == "ENABLED"
    assert provider["ManagedTerminationProtection"] == "DISABLED"
    assert found.one("AutoScaling::AutoScalingGroup")["NewInstancesProtectedFromScaleIn"] is False
    assert found.all("Lambda::Function") == []  # CDK's own draining hook


def test_the_one_rule_from_the_load_balancer_is_here(found):
    rule = found.one("EC2::SecurityGroupIngress")
    assert (rule["FromPort"], rule["ToPort"], rule["SourceSecurityGroupId"]) == (32768, 65535, "sg-front")


def test_the_provider_is_the_clusters_and_has_a_name(stack, vpc, found):
    assert found.one("ECS::ClusterCapacityProviderAssociations")["CapacityProviders"][:2] == ["FARGATE", "FARGATE_SPOT"]
    assert len(found.one("ECS::ClusterCapacityProviderAssociations")["CapacityProviders"]) == 3
    with pytest.raises(ValueError, match="the cluster has no instances"):
        _ = ContainerCluster(stack, "Other", vpc=vpc).capacity_provider_name


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (InstanceGroup([]), "instance_types should have at least one type"),
        (InstanceGroup(["t3.small"], 5, 4), "min_capacity should be at most 4, got 5"),
    ],
)
def test_a_group_that_cannot_be_is_refused_before_anything_is_made(stack, vpc, group, message):
    with pytest.raises(ValueError, match=message):
        ContainerCluster(stack, "Cluster", vpc=vpc, instances=group)
