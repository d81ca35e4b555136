"""`BackendService` and those who call it."""

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import BackendService, Ec2Capacity, Namespace


@pytest.fixture
def make(stack, vpc, template):
    """The template of a backend with these settings."""
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
    members, servers = (ec2.SecurityGroup.from_security_group_id(stack, id, f"sg-{id}", mutable=False) for id in ("all", "ec2"))

    def made(**settings):
        namespace = Namespace("arn:shop", members, servers)
        image = ecs.ContainerImage.from_registry("nginx")
        BackendService(stack, "Api", cluster=cluster, image=image, namespace=namespace, dns_name="api", **settings)
        return template()

    return made


def endpoint(found):
    connect = found.one("ECS::Service")["ServiceConnectConfiguration"]
    (one,) = connect["Services"]
    return connect, one


def test_with_all_defaults_it_is_found_by_name_and_port_and_has_no_way_in_from_outside(make):
    found = make()
    connect, one = endpoint(found)
    assert (connect["Enabled"], connect["Namespace"]) == (True, "arn:shop")
    assert one["ClientAliases"] == [{"DnsName": "api", "Port": 8080}]
    assert (one["DiscoveryName"], one["Timeout"]) == ("api", {"PerRequestTimeoutSeconds": 0})
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    (port,) = container["PortMappings"]
    assert (port["Name"], port["AppProtocol"], port["ContainerPort"]) == (one["PortName"], "http", 8080)
    assert "HealthCheck" not in container
    service = found.one("ECS::Service")
    assert "LoadBalancers" not in service
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_only_services_of_the_namespace_reach_it(make):
    found = make()
    rules = [r["Properties"] for r in found.all("EC2::SecurityGroupIngress")]
    assert {(r["SourceSecurityGroupId"], r["FromPort"], r["ToPort"]) for r in rules} == {
        ("sg-all", 8080, 8080),
        ("sg-ec2", 8080, 8080),
    }
    groups = found.one("ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert groups[1:] == ["sg-all"]


def test_with_all_set(make):
    check = ecs.HealthCheck(command=["CMD-SHELL", "true"], interval=Duration.seconds(10))
    found = make(port=9000, protocol="tcp", desired_count=3, health_check=check, cpu=512, memory_limit_mib=1024)
    _, one = endpoint(found)
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert "AppProtocol" not in container["PortMappings"][0]
    assert "Timeout" not in one
    assert container["HealthCheck"]["Command"] == ["CMD-SHELL", "true"]
    assert container["Environment"] == [{"Name": "PORT", "Value": "9000"}]
    assert found.one("ECS::Service")["DesiredCount"] == 3


def test_on_servers_the_agent_picks_the_port_and_no_security_group_is_changed(make):
    found = make(capacity=Ec2Capacity("servers"))
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert container["PortMappings"][0]["HostPort"] == 0
    assert endpoint(found)[1]["ClientAliases"] == [{"DnsName": "api", "Port": 8080}]
    assert found.all("EC2::SecurityGroup") == []
    assert found.all("EC2::SecurityGroupIngress") == []
    assert "NetworkConfiguration" not in found.one("ECS::Service")
