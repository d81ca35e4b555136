"""`WebService` on Fargate and on servers."""

import json

import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm

from dockyard_constructs import Ec2Capacity, FargateCapacity, HealthCheck, ManagedCapacity, Route, Sidecar, WebService


@pytest.fixture
def cluster(stack, vpc):
    return ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)


@pytest.fixture
def listener(stack):
    group = ec2.SecurityGroup.from_security_group_id(stack, "Front", "sg-front", mutable=False)
    return elbv2.ApplicationListener.from_application_listener_attributes(
        stack, "Listener", listener_arn="arn:aws:elasticloadbalancing:x:1:listener/app/a/b/c", security_group=group
    )


@pytest.fixture
def make(stack, cluster, listener, template):
    """The template of a service with these settings."""

    def made(**settings):
        image = ecs.ContainerImage.from_registry("nginx")
        WebService(stack, "Web", cluster=cluster, listener=listener, image=image, route=Route(7), **settings)
        return template()

    return made


def test_with_all_defaults_it_runs_once_on_fargate_in_private_subnets(make):
    service = make().one("ECS::Service")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]
    assert "LaunchType" not in service
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (network["Subnets"], network["AssignPublicIp"]) == (["subnet-3", "subnet-4"], "DISABLED")
    assert service["DesiredCount"] == 1


def test_a_bad_version_is_rolled_back_and_the_old_one_stays_until_then(make):
    deployment = make().one("ECS::Service")["DeploymentConfiguration"]
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (100, 200)


def test_health_and_draining_are_set_for_fast_rollouts(make):
    found = make()
    group = found.one("ElasticLoadBalancingV2::TargetGroup")
    check = [group[f"{k}"] for k in ("HealthCheckIntervalSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount")]
    attributes = {a["Key"]: a["Value"] for a in group["TargetGroupAttributes"]}
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert (check, container["StopTimeout"]) == ([5, 2, 2], 30)
    assert (attributes["deregistration_delay.timeout_seconds"], attributes["slow_start.duration_seconds"]) == ("5", "0")
    assert found.one("ECS::Service")["HealthCheckGracePeriodSeconds"] == 60


def test_the_service_starts_only_when_its_role_may_pull_the_image(make):
    """Else the first tasks fail, which the circuit breaker counts."""
    found = make()
    (service,) = found.all("ECS::Service")
    policies = [id for id, r in found.json["Resources"].items() if r["Type"] == "AWS::IAM::Policy" and "Execution" in id]
    assert policies
    assert set(policies) <= set(service["DependsOn"])


def test_its_roles_may_do_no_more_than_they_must(make):
    wide = [s["Action"] for s in make().statements() if s["Resource"] == "*"]
    assert wide == []


def test_only_the_load_balancer_reaches_it(make):
    rule = make().one("EC2::SecurityGroupIngress")
    assert (rule["SourceSecurityGroupId"], rule["FromPort"], rule["ToPort"]) == ("sg-front", 8080, 8080)


def test_logs_end_after_a_month_and_with_the_service(make):
    (group,) = make().all("Logs::LogGroup")
    assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (30, "Delete")


def test_with_all_set(make, stack):
    parameter = ssm.StringParameter.from_secure_string_parameter_attributes(stack, "P", parameter_name="/shop/token")
    found = make(
        port=3000, cpu=1024, memory_limit_mib=2048, desired_count=3, environment={"A": "b"},
        secrets={"TOKEN": ecs.Secret.from_ssm_parameter(parameter)},
        health_check=HealthCheck("/up", 10, 5, 3, 4, "200-299", 90),
        capacity=FargateCapacity(ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC), assign_public_ip=True),
        log_group=logs.LogGroup.from_log_group_name(stack, "L", "shop-logs"),
    )  # fmt: skip
    task, service = found.one("ECS::TaskDefinition"), found.one("ECS::Service")
    (container,) = task["ContainerDefinitions"]
    group = found.one("ElasticLoadBalancingV2::TargetGroup")
    assert (task["Cpu"], task["Memory"], service["DesiredCount"]) == ("1024", "2048", 3)
    assert container["Environment"] == [{"Name": "PORT", "Value": "3000"}, {"Name": "A", "Value": "b"}]
    assert [s["Name"] for s in container["Secrets"]] == ["TOKEN"]
    assert container["PortMappings"][0]["ContainerPort"] == 3000
    assert (group["HealthCheckPath"], group["Matcher"], group["HealthCheckTimeoutSeconds"]) == ("/up", {"HttpCode": "200-299"}, 5)
    assert service["HealthCheckGracePeriodSeconds"] == 90
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED"
    assert found.all("Logs::LogGroup") == []


def test_the_execution_role_may_read_just_its_secrets(make, stack):
    parameter = ssm.StringParameter.from_secure_string_parameter_attributes(stack, "P", parameter_name="/shop/token")
    found = make(secrets={"TOKEN": ecs.Secret.from_ssm_parameter(parameter)})
    reading = [s["Resource"] for s in found.statements() if "ssm:GetParameters" in s["Action"]]
    assert len(reading) == 1
    assert "parameter/shop/token" in json.dumps(reading)


def test_on_servers_many_tasks_share_one(make):
    found = make(capacity=Ec2Capacity("servers"), cpu=128, memory_limit_mib=256)
    task = found.one("ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    assert (task["NetworkMode"], task["RequiresCompatibilities"]) == ("bridge", ["EC2"])
    assert container["PortMappings"][0]["HostPort"] == 0  # one that the agent picks
    assert (container["Cpu"], container["Memory"]) == (128, 256)
    assert found.one("ElasticLoadBalancingV2::TargetGroup")["TargetType"] == "instance"


def test_the_first_task_on_an_empty_group_waits_for_its_server(make):
    """By a capacity provider it waits in PROVISIONING; by launch type it would fail, which the circuit breaker counts."""
    service = make(capacity=Ec2Capacity("servers")).one("ECS::Service")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "servers", "Weight": 1}]
    assert "LaunchType" not in service


def test_on_servers_a_service_changes_no_security_group(make):
    """The one rule is the platform's; each service would make it again."""
    found = make(capacity=Ec2Capacity("servers"))
    assert found.all("EC2::SecurityGroupIngress") == []
    assert found.all("EC2::SecurityGroup") == []


def test_a_route_is_one_rule(stack, cluster, listener, template):
    image = ecs.ContainerImage.from_registry("nginx")
    route = Route(41, ["/api", "/api/*"], ["shop.example.com"])
    WebService(stack, "Web", cluster=cluster, listener=listener, image=image, route=route)
    rule = template().one("ElasticLoadBalancingV2::ListenerRule")
    assert rule["Priority"] == 41
    assert [list(c.values())[1]["Values"] for c in rule["Conditions"]] == [["/api", "/api/*"], ["shop.example.com"]]


def test_a_port_that_cannot_be_is_refused_before_anything_is_made(make):
    with pytest.raises(ValueError, match="port should be 1 to 65535, got 70000"):
        make(port=70000)


def test_on_spot_alone_no_task_is_on_demand(make):
    service = make(capacity=FargateCapacity(weight=0, spot_weight=1)).one("ECS::Service")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]


def test_fargate_with_all_set(make):
    capacity = FargateCapacity(
        cpu_architecture=ecs.CpuArchitecture.ARM64, weight=1, spot_weight=3, base=2, ephemeral_storage_gib=100,
        platform_version=ecs.FargatePlatformVersion.VERSION1_4,
    )  # fmt: skip
    found = make(capacity=capacity, cpu=16384, memory_limit_mib=122880)
    task, service = found.one("ECS::TaskDefinition"), found.one("ECS::Service")
    assert service["CapacityProviderStrategy"] == [
        {"Base": 2, "CapacityProvider": "FARGATE", "Weight": 1}, {"CapacityProvider": "FARGATE_SPOT", "Weight": 3},
    ]  # fmt: skip
    assert (service["PlatformVersion"], task["EphemeralStorage"]) == ("1.4.0", {"SizeInGiB": 100})
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        (FargateCapacity(ephemeral_storage_gib=20), "ephemeral_storage_gib should be 21 to 200, got 20"),
        (FargateCapacity(weight=0), "weight or spot_weight should be more than 0, got neither"),
    ],
)
def test_what_fargate_does_not_offer_is_refused(make, capacity, message):
    with pytest.raises(ValueError, match=message):
        make(capacity=capacity)


def test_on_servers_a_task_may_have_an_address_and_a_security_group_of_its_own(make):
    found = make(capacity=Ec2Capacity("servers", network_mode="awsvpc"))
    task, service = found.one("ECS::TaskDefinition"), found.one("ECS::Service")
    assert (task["NetworkMode"], task["RequiresCompatibilities"]) == ("awsvpc", ["EC2"])
    assert found.one("ElasticLoadBalancingV2::TargetGroup")["TargetType"] == "ip"
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (network["Subnets"], network["AssignPublicIp"]) == (["subnet-3", "subnet-4"], "DISABLED")
    rule = found.one("EC2::SecurityGroupIngress")
    assert (rule["SourceSecurityGroupId"], rule["FromPort"], rule["ToPort"]) == ("sg-front", 8080, 8080)
    (mapping,) = task["ContainerDefinitions"][0]["PortMappings"]
    assert mapping.get("HostPort") != 0


def test_on_managed_instances_any_size_goes_and_a_task_has_its_own_address(make):
    found = make(capacity=ManagedCapacity("managed", cpu_architecture=ecs.CpuArchitecture.ARM64), cpu=300, memory_limit_mib=700)
    task, service = found.one("ECS::TaskDefinition"), found.one("ECS::Service")
    assert (task["RequiresCompatibilities"], task["NetworkMode"]) == (["MANAGED_INSTANCES"], "awsvpc")
    assert (task["Cpu"], task["Memory"], task["RuntimePlatform"]["CpuArchitecture"]) == ("300", "700", "ARM64")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "managed", "Weight": 1}]
    assert "PlatformVersion" not in service
    assert found.one("ElasticLoadBalancingV2::TargetGroup")["TargetType"] == "ip"


def test_on_managed_instances_sidecars_leave_something_to_the_service(make):
    beside = {"proxy": Sidecar(image=ecs.ContainerImage.from_registry("envoy"), memory_limit_mib=512)}
    with pytest.raises(ValueError, match="sidecars should leave some of cpu 256 and memory 512 MiB"):
        make(capacity=ManagedCapacity("managed"), sidecars=beside)


def test_a_text_where_a_list_should_be_is_refused():
    with pytest.raises(ValueError, match=r'hosts should be a list of text, got "shop\.example\.com"'):
        Route(7, hosts="shop.example.com")


def test_a_service_without_a_listener_is_refused_before_anything_is_made(stack, cluster, template):
    with pytest.raises(ValueError, match="listener, internal_listener, network or several should be given, got none"):
        WebService(stack, "Web", cluster=cluster, image=ecs.ContainerImage.from_registry("nginx"), route=Route(7))
    assert template().all("ECS::TaskDefinition") == []
