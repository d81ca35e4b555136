"""`LoadBalancer`."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard_constructs import LoadBalancer


def attributes(found):
    return {a["Key"]: a["Value"] for a in found.one("ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"]}


def test_with_all_defaults_it_is_public_and_answers_404(stack, vpc, template):
    LoadBalancer(stack, "Front", vpc=vpc)
    found = template()
    (action,) = found.one("ElasticLoadBalancingV2::Listener")["DefaultActions"]
    assert (action["Type"], action["FixedResponseConfig"]["StatusCode"]) == ("fixed-response", "404")
    balancer = found.one("ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Scheme"], balancer["Subnets"]) == ("internet-facing", ["subnet-1", "subnet-2"])
    assert attributes(found)["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes(found)["routing.http.desync_mitigation_mode"] == "defensive"
    assert {key: value for key, value in attributes(found).items() if "_logs." in key} == {
        "access_logs.s3.enabled": "false", "connection_logs.s3.enabled": "false",
    }  # fmt: skip


def test_it_is_open_on_its_port_and_to_the_inside_only(stack, vpc, template):
    LoadBalancer(stack, "Front", vpc=vpc)
    group = template().one("EC2::SecurityGroup")
    assert [(r["CidrIp"], r["FromPort"]) for r in group["SecurityGroupIngress"]] == [("0.0.0.0/0", 80)]
    assert [r["CidrIp"] for r in group["SecurityGroupEgress"]] == ["10.0.0.0/16"]


def test_with_all_set(stack, vpc, template):
    LoadBalancer(
        stack, "Front", vpc=vpc, internet_facing=False, subnets=ec2.SubnetSelection(subnets=vpc.public_subnets),
        idle_timeout=Duration.seconds(120), deletion_protection=True,
    )  # fmt: skip
    found = template()
    assert found.one("ElasticLoadBalancingV2::LoadBalancer")["Scheme"] == "internal"
    assert found.one("ElasticLoadBalancingV2::LoadBalancer")["Subnets"] == ["subnet-1", "subnet-2"]
    assert [r["CidrIp"] for r in found.one("EC2::SecurityGroup")["SecurityGroupIngress"]] == ["10.0.0.0/16"]
    assert (attributes(found)["idle_timeout.timeout_seconds"], attributes(found)["deletion_protection.enabled"]) == (
        "120",
        "true",
    )


def test_an_imported_load_balancer_gets_the_listener_and_no_other_is_made(stack, vpc, template):
    imported = elbv2.ApplicationLoadBalancer.from_application_load_balancer_attributes(
        stack, "Imported", load_balancer_arn="arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/b",
        security_group_id="sg-1", vpc=vpc,
    )  # fmt: skip
    front = LoadBalancer(stack, "Front", vpc=vpc, load_balancer=imported)
    found = template()
    assert found.all("ElasticLoadBalancingV2::LoadBalancer") == []
    assert found.one("ElasticLoadBalancingV2::Listener")["LoadBalancerArn"].endswith("loadbalancer/app/a/b")
    assert front.security_group.security_group_id == "sg-1"
