"""Whether tasks in a network of others reach ECR and the logs. In a network that the platform makes they do by construction."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dockyard.config import ManagedSecret, Service
from dockyard.config.network import ExistingVpc
from dockyard.config.problems import all_of
from dockyard.deploy.verify.check import Check, ng, ok
from dockyard.deploy.verify.scene import Scene

SUBJECT = "network"
_EVERYWHERE = "0.0.0.0/0"
_GATEWAY = "igw-"
HTTPS = 443


@dataclass(frozen=True)
class Endpoint:
    """A way to one service of AWS within the network."""

    id: str
    service: str
    """`ecr.api`, `s3`."""
    interface: bool
    """Else by routes."""
    available: bool
    private_dns: bool
    """Whether the service's own name leads there."""
    route_tables: frozenset[str]
    lets_in: tuple[str, ...]
    """Ranges of addresses that its security groups let in on port 443."""


@dataclass(frozen=True)
class Subnet:
    """One that tasks are in."""

    id: str
    vpc: str
    zone: str
    cidr: str
    route_table: str
    way_out: str | None
    """What the route to everywhere leads to: `nat-…`, `igw-…`; None where there is none, or where that is gone."""


def network_checks(scene: Scene) -> Iterator[Check]:
    """Of the network that dockyard.yaml names."""
    vpc = scene.settings.network.vpc
    if vpc is None:
        yield ok(SUBJECT, "subnets", "made by the platform's stack, with a way to ECR and the logs")
        return
    ec2 = scene.reading.ec2

    def of_vpc(call: str, key: str) -> list[Mapping[str, Any]]:
        pages = ec2.get_paginator(call).paginate(Filters=[{"Name": "vpc-id", "Values": [vpc.id]}])
        return [one for page in pages for one in page[key] if one["VpcId"] == vpc.id]

    tables, found = of_vpc("describe_route_tables", "RouteTables"), of_vpc("describe_subnets", "Subnets")
    endpoints = of_vpc("describe_vpc_endpoints", "VpcEndpoints")
    groups = sorted({group["GroupId"] for one in endpoints for group in one.get("Groups") or []})
    told = ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"] if groups else []
    subnets = {one["SubnetId"]: subnet_of(one, tables) for one in found}
    yield from placed_checks(vpc, subnets)
    ways = endpoints_of(endpoints, told)
    public = scene.settings.network.public_tasks
    wanted = needed(scene.services.values())
    for id in vpc.task_subnets or vpc.public_subnets:
        if id in subnets:
            yield reach_check(subnets[id], ways, wanted, public=public)


def placed_checks(vpc: ExistingVpc, subnets: Mapping[str, Subnet]) -> Iterator[Check]:
    """All subnets are in the network, those of the load balancer in different zones."""
    if lacking := [id for id in (*vpc.public_subnets, *vpc.task_subnets) if id not in subnets]:
        yield ng(
            SUBJECT, "subnets", f"{vpc.id} has no {', '.join(lacking)}", "name subnets of it in network.vpc of dockyard.yaml"
        )
    zones = {subnets[id].zone for id in vpc.public_subnets if id in subnets}
    if not lacking and len(zones) < len(vpc.public_subnets):
        got = f"public_subnets are in {all_of(sorted(zones))}, two of them in one zone"
        yield ng(SUBJECT, "subnets", got, "name one subnet of each zone: a load balancer takes no more")
    elif not lacking:
        yield ok(SUBJECT, "subnets", f"{len({*vpc.public_subnets, *vpc.task_subnets})} in {vpc.id}, in {all_of(sorted(zones))}")


_ENDPOINTS = {
    **dict.fromkeys(("firehose", "kinesis_firehose"), "kinesis-firehose"),
    **dict.fromkeys(("kinesis", "kinesis_streams"), "kinesis-streams"),
}
"""That a log router asks, by its output plugin, beside those of all tasks."""


def needed(services: Any) -> list[str]:
    """Services of AWS that tasks ask for themselves, by the names of their endpoints.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """
    found: dict[str, None] = dict.fromkeys(["ecr.api", "ecr.dkr", "s3", "logs"])
    for service in services:
        found |= dict.fromkeys(_of_secrets(service))
        if service.firelens and (endpoint := _ENDPOINTS.get(service.firelens.options.get("Name", ""))):
            found[endpoint] = None
        if service.exec:
            found["ssmmessages"] = None
        if service.runs_on in ("ec2", "managed"):
            found |= dict.fromkeys(["ecs", "ecs-agent", "ecs-telemetry"])
    return list(found)


def _of_secrets(service: Service) -> Iterator[str]:
    for source in (source for secrets in service.all_secrets.values() for source in secrets.values()):
        yield "secretsmanager" if isinstance(source, ManagedSecret) else "ssm"


def subnet_of(told: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> Subnet:
    """With its route table: that which names it, else the network's main one."""
    id, main = told["SubnetId"], None
    own = None
    for table in tables:
        for one in table.get("Associations") or []:
            own = table if one.get("SubnetId") == id else own
            main = table if one.get("Main") else main
    table = own or main or {}
    return Subnet(id, told["VpcId"], told["AvailabilityZone"], told["CidrBlock"], table.get("RouteTableId", ""), _way_out(table))


def _way_out(table: Mapping[str, Any]) -> str | None:
    for route in table.get("Routes") or []:
        if route.get("DestinationCidrBlock") == _EVERYWHERE and route.get("State", "active") == "active":
            return next((str(value) for key, value in sorted(route.items()) if key.endswith("Id") and value), None)
    return None


def endpoints_of(told: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]]) -> list[Endpoint]:
    """As EC2 tells of them and of their security groups."""
    lets_in = {group["GroupId"]: tuple(_lets_in(group)) for group in groups}
    return [
        Endpoint(
            id=one["VpcEndpointId"],
            service=one["ServiceName"].removeprefix("com.amazonaws.").partition(".")[2],
            interface=one.get("VpcEndpointType", "Gateway") == "Interface",
            available=str(one.get("State", "")).lower() == "available",
            private_dns=bool(one.get("PrivateDnsEnabled")),
            route_tables=frozenset(one.get("RouteTableIds") or []),
            lets_in=tuple(cidr for group in one.get("Groups") or [] for cidr in lets_in.get(group["GroupId"], ())),
        )
        for one in told
    ]


def _lets_in(group: Mapping[str, Any]) -> Iterator[str]:
    for one in group.get("IpPermissions") or []:
        anything = one.get("IpProtocol") == "-1"
        if anything or (one.get("IpProtocol") == "tcp" and one["FromPort"] <= HTTPS <= one["ToPort"]):
            yield from (range_["CidrIp"] for range_ in one.get("IpRanges") or [])


def reach_check(subnet: Subnet, endpoints: Sequence[Endpoint], wanted: Sequence[str], *, public: bool) -> Check:
    """Tasks in this subnet reach these services of AWS.

    :param public: whether they have public addresses, without which an internet gateway leads nowhere.
    """
    way = subnet.way_out
    if way and (public or not way.startswith(_GATEWAY)):
        return ok(SUBJECT, subnet.id, f"reaches ECR and the logs by {way}")
    faults = [fault for name in wanted if (fault := _fault(name, subnet, endpoints))]
    if not faults:
        return ok(SUBJECT, subnet.id, f"reaches ECR and the logs by endpoints of {subnet.vpc}")
    no_way = f"its way out is {way}, and tasks there have no public addresses" if way else "it has no way out"
    table = subnet.route_table or "its route table"
    hint = f"add a route to {_EVERYWHERE} by a NAT gateway to {table}, or to {subnet.vpc} what it lacks"
    return ng(SUBJECT, subnet.id, f"{no_way}; {'; '.join(faults)}", hint)


def _fault(service: str, subnet: Subnet, endpoints: Sequence[Endpoint]) -> str | None:
    """Why tasks do not reach it by an endpoint; None where they do."""
    there = [one for one in endpoints if one.service == service]
    if not there:
        return f"no endpoint for {service}"
    faults = [fault for one in there if (fault := _broken(one, subnet))]
    return faults[0] if len(faults) == len(there) else None


def _broken(one: Endpoint, subnet: Subnet) -> str | None:
    if not one.available:
        return f"{one.id} ({one.service}) is not available"
    if not one.interface:
        return None if subnet.route_table in one.route_tables else f"{one.id} ({one.service}) is not in {subnet.route_table}"
    if not one.private_dns:
        return f"{one.id} ({one.service}) has no private DNS"
    own = ipaddress.IPv4Network(subnet.cidr)
    if not any(own.subnet_of(ipaddress.IPv4Network(cidr)) for cidr in one.lets_in):
        return f"{one.id} ({one.service}) lets in no {subnet.cidr} on {HTTPS}"
    return None
