"""`ContainerCluster`."""

import itertools
import json
import subprocess
import tomllib

import pytest
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import ContainerCluster, InstanceGroup, ManagedInstances, WarmPool


def test_with_all_defaults_there_is_fargate_and_no_server(stack, vpc, template):
    ContainerCluster(stack, "Cluster", vpc=vpc)
    found = template()
    assert found.one("ECS::ClusterCapacityProviderAssociations")["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert found.one("ECS::Cluster")["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enabled"}]
    assert found.all("AutoScaling::AutoScalingGroup") == []


@pytest.fixture
def found(stack, vpc, template):
    front = ec2.SecurityGroup.from_security_group_id(stack, "Front", "sg-front", mutable=False)
    public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    group = InstanceGroup(
        ["t3.small", "t3a.small"], 1, 5, public, 50, spot_percent=75, on_demand_base=2, max_instance_lifetime_days=7,
        public_addresses=True,
    )  # fmt: skip
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


def test_servers_above_the_base_are_spot_of_pools_that_last(found):
    group = found.one("AutoScaling::AutoScalingGroup")
    assert group["MixedInstancesPolicy"]["InstancesDistribution"] == {
        "OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 25, "SpotAllocationStrategy": "price-capacity-optimized",
    }  # fmt: skip
    assert group["CapacityRebalance"] is True


def test_servers_are_replaced_in_time_by_ones_with_the_newest_image_which_are_there_first(found):
    group = found.one("AutoScaling::AutoScalingGroup")
    assert group["MaxInstanceLifetime"] == 7 * 86400
    assert group["InstanceMaintenancePolicy"] == {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    image = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]["ImageId"]
    assert image == "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


def test_no_task_reads_the_servers_credentials(found):
    """Those in `bridge` mode are a hop further away; those in `awsvpc` mode are kept from it by the agent."""
    data = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert "ECS_AWSVPC_BLOCK_IMDS=true" in str(data["UserData"])


@pytest.fixture
def defaults(stack, vpc, template):
    """Of a group with nothing but its types, and what else is given."""

    def made(types, **more):
        ContainerCluster(stack, "Cluster", vpc=vpc, instances=InstanceGroup(types, **more))
        return template()

    return made


def test_with_all_defaults_servers_are_on_demand_in_private_subnets_without_public_addresses(defaults):
    found = defaults(["m7i.large"])
    group = found.one("AutoScaling::AutoScalingGroup")
    assert group["MixedInstancesPolicy"]["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 100
    assert (group["CapacityRebalance"], group["MaxInstanceLifetime"]) == (False, 14 * 86400)
    assert group["VPCZoneIdentifier"] == ["subnet-3", "subnet-4"]
    (interface,) = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is False


def test_bottlerocket_on_graviton_has_its_own_settings_and_a_volume_for_containers(defaults):
    data = defaults(["t4g.small", "c7gn.large"], operating_system="bottlerocket").one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["ImageId"] == "resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id"
    volumes = {mapping["DeviceName"]: mapping["Ebs"] for mapping in data["BlockDeviceMappings"]}
    assert {name: volume["VolumeSize"] for name, volume in volumes.items()} == {"/dev/xvda": 4, "/dev/xvdb": 30}
    assert all(volume["Encrypted"] and volume["VolumeType"] == "gp3" for volume in volumes.values())
    text = "".join(part if isinstance(part, str) else "shop" for part in data["UserData"]["Fn::Base64"]["Fn::Join"][1])
    settings = {"cluster": "shop", "awsvpc-block-imds": True, "enable-spot-instance-draining": True}
    assert tomllib.loads(text) == {"settings": {"ecs": settings}}


@pytest.mark.parametrize(
    ("types", "system", "image"),
    [
        (["g4dn.xlarge", "g6e.2xlarge"], "al2023", "ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"),
        (["p5.48xlarge"], "bottlerocket", "bottlerocket/aws-ecs-2-nvidia/x86_64/latest/image_id"),
        (["g5g.xlarge"], "bottlerocket", "bottlerocket/aws-ecs-2-nvidia/arm64/latest/image_id"),
    ],
)
def test_servers_with_gpus_have_the_machine_image_with_their_driver(defaults, types, system, image):
    data = defaults(types, operating_system=system).one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["ImageId"] == f"resolve:ssm:/aws/service/{image}"
    assert ("ECS_ENABLE_GPU_SUPPORT=true" in str(data["UserData"])) is (system == "al2023")


@pytest.mark.parametrize(
    ("name", "system", "image"),
    [
        ("p6-b200.48xlarge", "al2023", "ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"),
        ("p6-b300.48xlarge", "bottlerocket", "bottlerocket/aws-ecs-2-nvidia/x86_64/latest/image_id"),
        ("p6e-gb200.36xlarge", "bottlerocket", "bottlerocket/aws-ecs-2-nvidia/arm64/latest/image_id"),
    ],
)
def test_types_with_a_hyphen_in_their_name_are_types_like_others(stack, vpc, template, name, system, image):
    """CDK tells nothing of them."""
    group = InstanceGroup([name], operating_system=system)
    cluster = ContainerCluster(stack, "Cluster", vpc=vpc, instances=group)
    assert cluster.capacity_provider_name
    found = template()
    data = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert (data["InstanceType"], data["ImageId"]) == (name, f"resolve:ssm:/aws/service/{image}")
    (override,) = found.one("AutoScaling::AutoScalingGroup")["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert override["InstanceType"] == name


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("t3.small", "X86_64"), ("m7i-flex.large", "X86_64"), ("g5.xlarge", "X86_64"), ("p6-b300.48xlarge", "X86_64"),
        ("m6gd.metal", "ARM_64"), ("c7gn.16xlarge", "ARM_64"), ("g5g.xlarge", "ARM_64"),
        ("p6e-gb200.36xlarge", "ARM_64"), ("a1.large", "ARM_64"),
    ],
)  # fmt: skip
def test_the_name_of_a_type_tells_its_architecture(name, architecture):
    assert InstanceGroup([name]).architecture.value == architecture


def test_servers_may_wait_in_a_warm_pool_and_join_the_cluster_when_they_are_needed(defaults):
    found = defaults(["m7i.large"], max_capacity=10, warm_pool=WarmPool(2, 6, autoscaling.PoolState.RUNNING))
    pool = found.one("AutoScaling::WarmPool")
    assert (pool["MinSize"], pool["MaxGroupPreparedCapacity"], pool["PoolState"]) == (2, 6, "Running")
    assert "InstanceReusePolicy" not in pool
    group = found.one("AutoScaling::AutoScalingGroup")
    assert "MixedInstancesPolicy" not in group
    assert "LaunchTemplate" in group
    assert (group["MaxInstanceLifetime"], group["CapacityRebalance"]) == (14 * 86400, False)
    data = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert "ECS_WARM_POOLS_CHECK=true" in str(data["UserData"])
    assert data["InstanceType"] == "m7i.large"


def test_with_all_defaults_a_warm_pool_is_stopped_and_as_large_as_the_group(defaults):
    pool = defaults(["m7i.large"], warm_pool=WarmPool()).one("AutoScaling::WarmPool")
    assert {key: pool.get(key) for key in ("MinSize", "MaxGroupPreparedCapacity", "PoolState")} == {
        "MinSize": 0, "MaxGroupPreparedCapacity": None, "PoolState": "Stopped",
    }  # fmt: skip


@pytest.mark.parametrize("types", [["m7i.large"], ["g6.xlarge"]])
def test_a_server_that_is_stopped_in_the_middle_of_its_user_data_is_told_all_at_the_next_boot(defaults, types, tmp_path):
    """As cloud-init does with a boothook: the line that says what it is goes, and the rest is run at every boot."""
    first, script = _user_data(defaults(types, warm_pool=WarmPool())).split("\n", 1)
    assert first == "#cloud-boothook"
    assert script.startswith("#!/bin/bash\n")
    config = tmp_path / "ecs.config"
    hook = tmp_path / "hook"
    hook.write_text(script.replace("/etc/ecs/ecs.config", str(config)))
    hook.chmod(0o700)
    config.write_text("ECS_CLUSTER=sh")  # the first boot came so far
    for _ in range(2):
        subprocess.run([hook], check=True)
        gpus = ["ECS_ENABLE_GPU_SUPPORT=true"] if types == ["g6.xlarge"] else []
        assert config.read_text().splitlines() == [
            "ECS_CLUSTER=shop", "ECS_AWSVPC_BLOCK_IMDS=true", "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true", *gpus,
            "ECS_WARM_POOLS_CHECK=true",
        ]  # fmt: skip


def test_user_data_of_servers_that_are_never_stopped_is_run_once(defaults):
    assert _user_data(defaults(["m7i.large"])).startswith("#!/bin/bash\n")


def _user_data(found) -> str:
    parts = found.one("EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else "shop" for part in parts)


def test_bottlerocket_waits_by_a_setting_of_its_own(defaults):
    found = defaults(["m7i.large"], operating_system="bottlerocket", warm_pool=WarmPool())
    settings = tomllib.loads(_user_data(found))["settings"]
    assert settings["autoscaling"] == {"should-wait": True}
    assert settings["ecs"]["awsvpc-block-imds"] is True


def test_what_waits_is_deleted_while_ecs_still_answers_its_draining(defaults):
    """CloudFormation deletes what depends on another before that one."""
    (pool,) = defaults(["m7i.large"], warm_pool=WarmPool()).all("AutoScaling::WarmPool")
    assert any("CapacityProvider" in one for one in pool["DependsOn"])


def test_servers_without_a_warm_pool_do_not_ask_whether_they_wait(found):
    assert "WARM" not in str(found.one("EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"])
    assert found.all("AutoScaling::WarmPool") == []


def test_servers_without_gpus_are_told_nothing_of_them(found):
    assert "GPU" not in str(found.one("EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"])


def test_deleted_is_the_association_first_then_the_provider_then_the_servers_and_the_cluster_last(found):
    """CloudFormation deletes what refers to another before that one."""
    resources = found.json["Resources"]
    order = [
        "AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::CapacityProvider", "Custom::GroupDeletion",
        "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::LaunchTemplate", "AWS::ECS::Cluster",
    ]  # fmt: skip
    ids = [next(id for id, resource in resources.items() if resource["Type"] == type_name) for type_name in order]
    for first, then in itertools.pairwise(ids):
        assert f'"{then}"' in json.dumps(resources[first]), f"{first} does not need {then}"


def test_ecs_scales_and_drains_and_the_stack_can_be_deleted(found):
    provider = found.one("ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedScaling"]["Status"] == "ENABLED"
    assert provider["ManagedDraining"] == "ENABLED"
    assert provider["ManagedTerminationProtection"] == "DISABLED"
    assert found.one("AutoScaling::AutoScalingGroup")["NewInstancesProtectedFromScaleIn"] is False
    assert found.all("AutoScaling::LifecycleHook") == []  # CDK's own draining hook


def test_termination_protection_is_of_the_group_and_its_provider(defaults):
    found = defaults(["t3.small"], managed_termination_protection=True)
    assert found.one("ECS::CapacityProvider")["AutoScalingGroupProvider"]["ManagedTerminationProtection"] == "ENABLED"
    assert found.one("AutoScaling::AutoScalingGroup")["NewInstancesProtectedFromScaleIn"] is True


def test_the_group_is_deleted_by_force_and_nothing_else_may_be(found):
    policies = [p for role in found.all("IAM::Role") for p in role["Properties"].get("Policies", [])]
    statements = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    deletions = [s for s in statements if s["Action"] == "autoscaling:DeleteAutoScalingGroup"]
    (group,) = [id for id, r in found.json["Resources"].items() if r["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
    assert json.dumps(deletions[0]["Resource"]).endswith(f':autoScalingGroupName/", {{"Ref": "{group}"}}]]}}')
    assert "ForceDelete=True" in found.one("Lambda::Function")["Code"]["ZipFile"]


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
        (InstanceGroup(["t3.small", "t4g.small"]), "of one architecture, got t3.small and t4g.small"),
        (
            InstanceGroup(["t3.small", "t3a.small"], warm_pool=WarmPool()),
            "warm_pool is for a group of one instance type, On-Demand",
        ),
        (
            InstanceGroup(
                ["t3.small"], operating_system="bottlerocket", managed_termination_protection=True, warm_pool=WarmPool()
            ),
            "warm_pool does not go with managed_termination_protection on bottlerocket: take al2023",
        ),
        (InstanceGroup(["t3.small"], spot_percent=1, warm_pool=WarmPool()), "warm_pool is for a group of one instance type"),
        (InstanceGroup(["g6.xlarge", "t3.small"]), "all have a GPU or none, got g6.xlarge, t3.small"),
        (InstanceGroup(["g5g.xlarge"]), "operating_system should be bottlerocket for Graviton with GPUs, got al2023"),
        (InstanceGroup(["t3.small"], spot_percent=101), "spot_percent should be 0 to 100, got 101"),
        (InstanceGroup(["t3.small"], on_demand_base=1), "on_demand_base has no use without spot_percent"),
        (InstanceGroup(["t3.small"], max_instance_lifetime_days=0), "max_instance_lifetime_days should be 1 to 365, got 0"),
    ],
)
def test_a_group_that_cannot_be_is_refused_before_anything_is_made(stack, vpc, group, message):
    with pytest.raises(ValueError, match=message):
        ContainerCluster(stack, "Cluster", vpc=vpc, instances=group)


def test_managed_instances_with_all_defaults_are_cheap_on_demand_ones_in_private_subnets(stack, vpc, template):
    ContainerCluster(stack, "Cluster", vpc=vpc, managed_instances=ManagedInstances())
    found = template()
    launch = found.one("ECS::CapacityProvider")["ManagedInstancesProvider"]["InstanceLaunchTemplate"]
    assert launch["CapacityOptionType"] == "ON_DEMAND"
    assert launch["NetworkConfiguration"]["Subnets"] == ["subnet-3", "subnet-4"]
    assert launch["InstanceRequirements"]["CpuManufacturers"] == ["intel", "amd"]
    assert "AcceleratorCount" not in launch["InstanceRequirements"]
    assert found.all("AutoScaling::AutoScalingGroup") == []


def test_managed_instances_with_all_set(stack, vpc, template):
    settings = ManagedInstances(
        min_vcpus=2, max_vcpus=8, min_memory_mib=4096, max_memory_mib=16384, min_gpus=1, max_gpus=4, instance_types=["m7g*"],
        architecture="arm64",
        spot=True, storage_gib=100, scale_in_after_seconds=600, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
    )  # fmt: skip
    made = ContainerCluster(stack, "Cluster", vpc=vpc, managed_instances=settings)
    assert made.managed_capacity_provider
    found = template()
    provider = found.one("ECS::CapacityProvider")["ManagedInstancesProvider"]
    assert provider["InfrastructureOptimization"] == {"ScaleInAfter": 600}
    launch = provider["InstanceLaunchTemplate"]
    assert (launch["CapacityOptionType"], launch["StorageConfiguration"]) == ("SPOT", {"StorageSizeGiB": 100})
    assert launch["InstanceRequirements"] == {
        "VCpuCount": {"Min": 2, "Max": 8}, "MemoryMiB": {"Min": 4096, "Max": 16384}, "AllowedInstanceTypes": ["m7g*"],
        "CpuManufacturers": ["amazon-web-services"], "BurstablePerformance": "included", "AcceleratorTypes": ["gpu"],
        "AcceleratorManufacturers": ["nvidia"], "AcceleratorCount": {"Min": 1, "Max": 4},
    }  # fmt: skip


def test_the_role_of_managed_instances_may_be_passed_by_ecs_and_names_its_region(stack, vpc, template):
    ContainerCluster(stack, "Cluster", vpc=vpc, managed_instances=ManagedInstances())
    (name,) = [r["Properties"]["RoleName"] for r in template().all("IAM::Role") if "RoleName" in r["Properties"]]
    (begin, region) = name["Fn::Join"][1]
    assert begin.startswith("ecsInstanceRole-")
    assert region == {"Ref": "AWS::Region"}
    assert len(f"{begin}ap-southeast-1") <= 64
