"""Ways of tasks to ECR and the logs, in a network of others."""

import pytest

from dockyard.config.network import ExistingVpc
from dockyard.deploy.verify.network import Subnet, endpoints_of, placed_checks, reach_check, subnet_of

VPC = "vpc-0a1b2c3d"
WANTED = ["ecr.api", "ecr.dkr", "s3", "logs"]
TOLD = {"SubnetId": "subnet-1", "VpcId": VPC, "AvailabilityZone": "a", "CidrBlock": "10.0.1.0/24"}
EVERYWHERE = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active"}


def table(id="rtb-1", subnet=None, main=False, **route):
    return {"RouteTableId": id, "Associations": [{"Main": True} if main else {"SubnetId": subnet}], "Routes": [{"GatewayId": "local", "DestinationCidrBlock": "10.0.0.0/16"}, *([{**EVERYWHERE, **route}] if route else [])]}  # fmt: skip


def interface(name, group="sg-1", **more):
    return {"VpcEndpointId": f"vpce-{name}", "ServiceName": f"com.amazonaws.eu-west-1.{name}", "VpcEndpointType": "Interface", "State": "available", "PrivateDnsEnabled": True, "Groups": [{"GroupId": group}], **more}  # fmt: skip


S3 = {
    "VpcEndpointId": "vpce-s3",
    "ServiceName": "com.amazonaws.eu-west-1.s3",
    "VpcEndpointType": "Gateway",
    "State": "available",
    "RouteTableIds": ["rtb-1"],
}
INTERFACES = [interface("ecr.api"), interface("ecr.dkr"), interface("logs")]
OPEN = {
    "GroupId": "sg-1",
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}],
}
SHUT = {
    "GroupId": "sg-1",
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.2.0/24"}]}],
}


@pytest.mark.parametrize(
    ("tables", "way"),
    [
        ([table(subnet="subnet-1", NatGatewayId="nat-1"), table("rtb-2", main=True, GatewayId="igw-1")], "nat-1"),
        ([table(subnet="subnet-2", NatGatewayId="nat-1"), table("rtb-2", main=True, GatewayId="igw-1")], "igw-1"),
        ([table(subnet="subnet-1", NatGatewayId="nat-1", State="blackhole")], None),
        ([table(subnet="subnet-1", TransitGatewayId="tgw-1")], "tgw-1"),
        ([], None),
    ],
)
def test_the_way_out_is_that_of_the_subnets_own_table_else_of_the_main_one(tables, way):
    assert subnet_of(TOLD, tables).way_out == way


@pytest.mark.parametrize(
    ("way", "public", "endpoints", "group", "verdict", "told"),
    [
        ("nat-1", False, [], OPEN, "OK", "reaches ECR and the logs by nat-1"),
        ("igw-1", True, [], OPEN, "OK", "reaches ECR and the logs by igw-1"),
        ("igw-1", False, [S3, *INTERFACES], OPEN, "OK", f"reaches ECR and the logs by endpoints of {VPC}"),
        ("igw-1", False, [], OPEN, "NG", "its way out is igw-1, and tasks there have no public addresses; no endpoint for ecr.api"),
        (None, True, [S3, *INTERFACES[:2]], OPEN, "NG", "it has no way out; no endpoint for logs"),
        (None, False, [{**S3, "RouteTableIds": ["rtb-2"]}, *INTERFACES], OPEN, "NG", "it has no way out; vpce-s3 (s3) is not in rtb-1"),
        (None, False, [S3, *INTERFACES[1:], interface("ecr.api", PrivateDnsEnabled=False)], OPEN, "NG", "it has no way out; vpce-ecr.api (ecr.api) has no private DNS"),
        (None, False, [S3, *INTERFACES[1:], interface("ecr.api", State="pending")], OPEN, "NG", "it has no way out; vpce-ecr.api (ecr.api) is not available"),
        (None, False, [S3, *INTERFACES], SHUT, "NG", "it has no way out; vpce-ecr.api (ecr.api) lets in no 10.0.1.0/24 on 443"),
    ],
)  # fmt: skip
def test_tasks_reach_ecr_by_a_gateway_or_by_endpoints(way, public, endpoints, group, verdict, told):
    subnet = Subnet("subnet-1", VPC, "a", "10.0.1.0/24", "rtb-1", way)
    check = reach_check(subnet, endpoints_of(endpoints, [group]), WANTED, public=public)
    assert (check.verdict, check.found[: len(told)]) == (verdict, told)


def test_subnets_are_in_the_network_and_in_different_zones():
    vpc = ExistingVpc(id=VPC, cidr="10.0.0.0/16", public_subnets=("subnet-0a1b2c3d", "subnet-1a1b2c3d"))
    there = {id: Subnet(id, VPC, zone, "10.0.1.0/24", "rtb-1", None) for id, zone in zip(vpc.public_subnets, "ab", strict=True)}
    (good,) = placed_checks(vpc, there)
    assert (good.verdict, good.found) == ("OK", f"2 in {VPC}, in a and b")
    (lacking,) = placed_checks(vpc, {"subnet-0a1b2c3d": there["subnet-0a1b2c3d"]})
    assert (lacking.verdict, lacking.found) == ("NG", f"{VPC} has no subnet-1a1b2c3d")
    one = Subnet("subnet-1a1b2c3d", VPC, "a", "10.0.1.0/24", "rtb-1", None)
    (same,) = placed_checks(vpc, {**there, one.id: one})
    assert same.verdict == "NG"
