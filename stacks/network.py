"""The network of an environment, made or imported."""

import functools
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs

from constructs import Construct
from dockyard.config import Network

MOST_ZONES = 4
"""Ranges are kept for so many, so that more zones do not move the subnets that are there."""
_GATEWAYS = {"s3": ec2.GatewayVpcEndpointAwsService.S3, "dynamodb": ec2.GatewayVpcEndpointAwsService.DYNAMODB}
_INTERFACES = {
    "ecr-api": ec2.InterfaceVpcEndpointAwsService.ECR,
    "ecr": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "secretsmanager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "ssm": ec2.InterfaceVpcEndpointAwsService.SSM,
    "ssmmessages": ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,
    "sqs": ec2.InterfaceVpcEndpointAwsService.SQS,
    "ecs": ec2.InterfaceVpcEndpointAwsService.ECS,
    "ecs-agent": ec2.InterfaceVpcEndpointAwsService.ECS_AGENT,
    "ecs-telemetry": ec2.InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
}
"""What tasks ask for: images, logs, secrets, ECS Exec, queues; the last three are for servers
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html)."""
_FLOW_LOGS = {"rejected": ec2.FlowLogTrafficType.REJECT, "all": ec2.FlowLogTrafficType.ALL}


def task_subnet_type(network: Network) -> ec2.SubnetType:
    """Which subnets of the VPC tasks are in."""
    if network.public_tasks:
        return ec2.SubnetType.PUBLIC
    return ec2.SubnetType.PRIVATE_ISOLATED if network.isolated else ec2.SubnetType.PRIVATE_WITH_EGRESS


def one_a_zone(subnets: Sequence[ec2.ISubnet], network: Network) -> ec2.SubnetSelection:
    """Of those that tasks may be in, what a load balancer may have. In a VPC that is there a zone may have several of them."""
    return ec2.SubnetSelection(subnets=[*subnets[: len(network.vpc.public_subnets) if network.vpc else None]])


def add_no_routes(scope: Construct) -> None:
    """CDK warns of subnets that are imported without their route tables; nothing here adds routes to such."""
    cdk.Annotations.of(scope).acknowledge_warning(
        "@aws-cdk/aws-ec2:noSubnetRouteTableId", "no routes are added to subnets that are imported"
    )


def vpc_of(scope: Construct, network: Network) -> ec2.IVpc:
    """The VPC of that network, made as `Vpc` in `scope` or imported."""
    if existing := network.vpc:
        add_no_routes(scope)
        return ec2.Vpc.from_vpc_attributes(
            scope,
            "Vpc",
            vpc_id=existing.id,
            vpc_cidr_block=existing.cidr,
            availability_zones=zones(len(existing.public_subnets)),
            public_subnet_ids=list(existing.public_subnets),
            private_subnet_ids=list(existing.task_subnets) or None,
        )
    kinds = [ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=_mask(network))]
    if not network.public_tasks:
        kinds.append(ec2.SubnetConfiguration(name="tasks", subnet_type=task_subnet_type(network), cidr_mask=_mask(network)))
    vpc = ec2.Vpc(
        scope,
        "Vpc",
        ip_addresses=ec2.IpAddresses.cidr(network.cidr),
        max_azs=network.availability_zones,
        reserved_azs=MOST_ZONES - network.availability_zones,
        nat_gateways={"none": 0, "single": 1, "per-az": network.availability_zones}[network.nat],
        subnet_configuration=kinds,
        ip_protocol=ec2.IpProtocol.DUAL_STACK if network.ipv6 else None,
        restrict_default_security_group=True,
    )
    _drop_needless_dependency(vpc)
    _add_endpoints(vpc, network)
    if traffic := _FLOW_LOGS.get(network.flow_logs):
        _log_flows(vpc, traffic)
    return vpc


@functools.cache
def zones(count: int) -> list[str]:
    """The first availability zones of the region, as CloudFormation tells them."""
    return [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(count)]


def _mask(network: Network) -> int:
    """Size of a subnet: an eighth of the range, for two kinds in as many zones as there may be."""
    return int(network.cidr.split("/")[1]) + 3


def _add_endpoints(vpc: ec2.Vpc, network: Network) -> None:
    for name, gateway in _GATEWAYS.items():
        vpc.add_gateway_endpoint(f"Endpoint-{name}", service=gateway)
    if network.endpoints == "interface":
        subnets = ec2.SubnetSelection(subnet_type=task_subnet_type(network))
        for name, interface in _INTERFACES.items():
            vpc.add_interface_endpoint(f"Endpoint-{name}", service=interface, subnets=subnets)


def _drop_needless_dependency(vpc: ec2.Vpc) -> None:
    """CDK's function that closes the default security group names its role twice, of which cfn-lint warns."""
    provider = cdk.Stack.of(vpc).node.find_child("Custom::VpcRestrictDefaultSGCustomResourceProvider")
    handler = provider.node.find_child("Handler")
    assert isinstance(handler, cdk.CfnResource)  # noqa: S101
    handler.add_deletion_override("DependsOn")


def _log_flows(vpc: ec2.Vpc, traffic: ec2.FlowLogTrafficType) -> None:
    group = logs.LogGroup(vpc, "FlowLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=cdk.RemovalPolicy.DESTROY)
    vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group), traffic_type=traffic)
