"""`NetworkLoadBalancer`, and what `nlb` of a service.yaml makes."""

import json

import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import Deployment, Ec2Capacity, NetworkListener, NetworkLoadBalancer, NetworkTargets, WebService
from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted

ELB = "ElasticLoadBalancingV2::"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"


@pytest.fixture
def make(stack, vpc, template):
    """The template of a service behind a load balancer with these listeners."""

    def made(*listeners, capacity=None, **settings):
        cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
        network = NetworkLoadBalancer(stack, "Front", vpc=vpc, listeners=listeners, **settings)
        image = ecs.ContainerImage.from_registry("redis")
        runs_on = {"capacity": capacity} if capacity else {}
        WebService(stack, "Cache", cluster=cluster, network=network, port=6379, image=image, **runs_on)
        return template()

    return made


def properties(found, type_name):
    return resources(found.json, type_name)


def test_with_all_defaults_a_port_leads_to_the_containers(make):
    found = make(NetworkListener(6379))
    balancer, group = found.one(f"{ELB}LoadBalancer"), found.one(f"{ELB}TargetGroup")
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internet-facing")
    attributes = {one["Key"]: one["Value"] for one in (*balancer["LoadBalancerAttributes"], *group["TargetGroupAttributes"])}
    assert attributes == {
        "deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "true", "access_logs.s3.enabled": "false",
        "deregistration_delay.timeout_seconds": "60", "deregistration_delay.connection_termination.enabled": "true",
        "preserve_client_ip.enabled": "true", "stickiness.enabled": "false", "stickiness.type": "source_ip",
    }  # fmt: skip
    check = {key: group[f"HealthCheck{key}"] for key in ("Protocol", "Port", "IntervalSeconds", "TimeoutSeconds")}
    assert check == {"Protocol": "TCP", "Port": "traffic-port", "IntervalSeconds": 5, "TimeoutSeconds": 4}
    (target,) = found.one("ECS::Service")["LoadBalancers"]
    assert (target["ContainerPort"], group["TargetType"]) == (6379, "ip")


def test_containers_let_in_its_group_alone_and_it_lets_out_to_them_alone(make):
    found = make(NetworkListener(53, "tcp_udp", 5353))
    (front,) = [one for one in properties(found, "EC2::SecurityGroup") if "Network load" in one["GroupDescription"]]
    let_in = [(one["CidrIp"], one["IpProtocol"], one["FromPort"]) for one in front["SecurityGroupIngress"]]
    assert let_in == [("0.0.0.0/0", "tcp", 53), ("0.0.0.0/0", "udp", 53)]
    ingress, egress = properties(found, "EC2::SecurityGroupIngress"), properties(found, "EC2::SecurityGroupEgress")
    assert sorted((one["IpProtocol"], one["FromPort"]) for one in ingress) == [("tcp", 5353), ("udp", 5353)]
    assert sorted((one["IpProtocol"], one["FromPort"]) for one in egress) == [("tcp", 5353), ("udp", 5353)]
    assert all("Front" in json.dumps(one["SourceSecurityGroupId"]) for one in ingress)
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    mapped = [(one["ContainerPort"], one["Protocol"]) for one in container["PortMappings"]]
    assert mapped == [(6379, "tcp"), (5353, "tcp"), (5353, "udp")]


def test_on_servers_in_bridge_mode_their_group_is_opened(make, stack):
    servers = ec2.SecurityGroup.from_security_group_id(stack, "Servers", "sg-servers")
    found = make(NetworkListener(6379), capacity=Ec2Capacity("servers"), servers=servers)
    opened = found.one("EC2::SecurityGroupIngress")
    assert (opened["GroupId"], opened["FromPort"], opened["ToPort"]) == ("sg-servers", 32768, 65535)
    assert found.one(f"{ELB}TargetGroup")["TargetType"] == "instance"


def test_tls_shares_the_targets_of_tcp_and_inside_only_the_network_is_let_in(make, stack):
    certificate = acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE)
    found = make(
        NetworkListener(6379), NetworkListener(6380, "tls"), certificates=[certificate], internet_facing=False,
        sources=["10.0.0.0/8"], deletion_protection=True, cross_zone=False,
        targets=NetworkTargets(health_path="/up", health_port=8080, preserve_client_ip=False, stickiness=True),
    )  # fmt: skip
    listeners = {one["Port"]: one for one in properties(found, f"{ELB}Listener")}
    assert (listeners[6380]["Protocol"], listeners[6380]["SslPolicy"]) == ("TLS", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    assert listeners[6379]["DefaultActions"] == listeners[6380]["DefaultActions"]
    group = found.one(f"{ELB}TargetGroup")
    assert (group["HealthCheckProtocol"], group["HealthCheckPath"], group["HealthCheckPort"]) == ("HTTP", "/up", "8080")
    assert sorted(one["FromPort"] for one in properties(found, "EC2::SecurityGroupIngress")) == [6379, 8080]
    assert found.one(f"{ELB}LoadBalancer")["Scheme"] == "internal"


@pytest.mark.parametrize(
    ("listeners", "text"),
    [
        ([], "one or more ports"),
        ([NetworkListener(1), NetworkListener(1)], "each once"),
        ([NetworkListener(1, "tls")], "certificates"),
    ],
)
def test_what_cannot_be_is_refused(make, listeners, text):
    with pytest.raises(ValueError, match=text):
        make(*listeners)


def test_in_bridge_mode_the_servers_must_be_named(make):
    with pytest.raises(ValueError, match="servers should be given"):
        make(NetworkListener(1), capacity=Ec2Capacity("servers"))


def test_deployments_take_turns_between_two_target_groups_of_one_listener(stack, vpc, template):
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
    network = NetworkLoadBalancer(stack, "Front", vpc=vpc, listeners=[NetworkListener(6379)])
    image = ecs.ContainerImage.from_registry("redis")
    WebService(stack, "Cache", cluster=cluster, network=network, image=image, port=6379, deployment=Deployment("CANARY"))
    found = template()
    (action,) = found.one(f"{ELB}Listener")["DefaultActions"]
    first, other = action["ForwardConfig"]["TargetGroups"]
    assert (first["Weight"], other["Weight"]) == (100, 0)
    (target,) = found.one("ECS::Service")["LoadBalancers"]
    shift = target["AdvancedConfiguration"]
    assert (target["TargetGroupArn"], shift["AlternateTargetGroupArn"]) == (first["TargetGroupArn"], other["TargetGroupArn"])
    assert "FrontListener6379" in json.dumps(shift["ProductionListenerRule"])
    assert (shift.keys() & {"TestListenerRule"}, found.one("ECS::Service")["DeploymentConfiguration"]["Strategy"]) == (
        set(),
        "CANARY",
    )


@pytest.mark.parametrize("listeners", [[NetworkListener(1), NetworkListener(2)]])
def test_of_two_listeners_no_deployment_takes_turns(stack, vpc, listeners):
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)
    network = NetworkLoadBalancer(stack, "Front", vpc=vpc, listeners=listeners)
    image = ecs.ContainerImage.from_registry("redis")
    with pytest.raises(ValueError, match="one listener"):
        WebService(stack, "Cache", cluster=cluster, network=network, image=image, deployment=Deployment("CANARY"))


PROJECT = """name: shop
environments: {dev: {region: eu-west-1}}
cluster: {ec2: {instance_types: [t3.small]}}
domains: {example.com: {hosted_zone: Z0123456789ABC}}
load_balancer: {access_logs: true, deletion_protection: true}
"""
SERVICES = {
    "broker": "port: 1883\nnlb: {listeners: [1883, 8883/tls, 5353/udp], host: mqtt.example.com, health: {port: 1883}}",
    "both": "nlb: {listeners: [{port: 9000, target_port: 9000}], reach: internal}\nhttp: {path: /both}\nruns_on: ec2",
    "turns": "nlb: 7000\ndeploy: blue-green",
    "own": "nlb: 7000\nruns_on: ec2\nnetwork_mode: awsvpc",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nlb")
    files = {f"services/{name}/service.yaml": f"kind: web\nimage: {{from: redis}}\n{text}" for name, text in SERVICES.items()}
    return folder, stacks(folder, files={"dockyard.yaml": PROJECT, **files})[1]


def test_cfn_lint_finds_nothing(project):
    assert linted(project[0] / "cdk.out") == (0, "")


def test_a_service_tells_its_addresses_and_its_name_leads_to_its_load_balancer(project):
    broker = project[1]("shop-dev-broker")
    assert broker["Outputs"]["Address"]["Value"] == "tcp://mqtt.example.com:1883"
    told = broker["Outputs"]["NetworkAddress"]["Value"].split()
    assert told[1:] == ["tls://mqtt.example.com:8883", "udp://mqtt.example.com:5353"]
    (record,) = resources(broker, "Route53::RecordSet")
    assert (record["Name"], "Nlb" in json.dumps(record["AliasTarget"])) == ("mqtt.example.com.", True)
    names = {one["Name"] for one in resources(project[1]("shop-dev-platform"), "Route53::RecordSet")}
    assert "mqtt.example.com." not in names


def test_logs_and_protection_are_those_of_the_shared_load_balancer(project):
    (balancer,) = resources(project[1]("shop-dev-broker"), f"{ELB}LoadBalancer")
    attributes = {one["Key"]: one["Value"] for one in balancer["LoadBalancerAttributes"]}
    assert (attributes["deletion_protection.enabled"], attributes["access_logs.s3.enabled"]) == ("true", "true")
    (policy,) = resources(project[1]("shop-dev-platform"), "S3::BucketPolicy")
    assert "delivery.logs.amazonaws.com" in json.dumps(policy)


def test_with_nlb_alone_there_is_no_rule_and_what_is_unhealthy_is_told(project):
    broker, both = project[1]("shop-dev-broker"), project[1]("shop-dev-both")
    assert resources(broker, f"{ELB}ListenerRule") == []
    alarms = {name.rpartition("-")[2] for name in (one["AlarmName"] for one in resources(broker, "CloudWatch::Alarm"))}
    assert alarms == {"cpu", "memory", "unhealthy"}
    (service,) = resources(broker, "ECS::Service")
    assert "Alarms" not in service["DeploymentConfiguration"]  # the circuit breaker counts what is unhealthy
    (unhealthy,) = [one for one in resources(both, "CloudWatch::Alarm") if one["AlarmName"].endswith("unhealthy")]
    spaces = [one["MetricStat"]["Metric"]["Namespace"] for one in unhealthy["Metrics"] if "MetricStat" in one]
    assert spaces == ["AWS/ApplicationELB", "AWS/NetworkELB"]


def test_a_service_behind_both_has_both_addresses_and_is_inside_where_it_says_so(project):
    both = project[1]("shop-dev-both")
    assert both["Outputs"]["Address"]["Value"] == "https://example.com/both"
    (balancer,) = resources(both, f"{ELB}LoadBalancer")
    assert (balancer["Scheme"], "tasksubnet" in json.dumps(balancer["Subnets"])) == ("internal", True)
    (group,) = [one for one in resources(both, "EC2::SecurityGroup") if "Network load" in one["GroupDescription"]]
    assert [one["CidrIp"] for one in group["SecurityGroupIngress"]] == ["10.0.0.0/16"]
    (service,) = resources(both, "ECS::Service")
    assert [one["ContainerPort"] for one in service["LoadBalancers"]] == [8080, 9000]
