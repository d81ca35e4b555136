"""IPv6 of a network, and of what is in it."""

import pytest

from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted

IMAGE = "image: {from: nginx, mirror: false}"
SERVICES = {
    "web": "kind: web",
    "api": "kind: backend",
    "mail": "kind: worker",
    "nightly": "kind: job\nschedule: rate(1 day)",
    "db": "kind: worker\nlinks: {own: {kind: database}}",
    "wide": "kind: web\nhttp: {path: /wide}\nruns_on: ec2\nnetwork_mode: awsvpc",
    "managed": "kind: web\nhttp: {path: /managed}\nruns_on: managed",
    "bridge": "kind: web\nhttp: {path: /bridge}\nruns_on: ec2",
}
PLACE = "environments: {dev: {account: '111122223333', region: eu-west-1}}"
EXISTING = "id: vpc-0a1b2c3d, cidr: 10.1.0.0/16, public_subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]"
DOMAINS = "domains: {shop.example.com: {hosted_zone: Z0123456789ABCDEFGHIJ}}\nload_balancer: {internal: true}"
CLUSTER = "cluster: {ec2: {instance_types: [m6i.large]}, managed: {}}"


@pytest.fixture
def read(tmp_path):
    """A function that reads a template of a project with this network; cfn-lint has found nothing in any."""

    def made(network, services=SERVICES, more=f"{DOMAINS}\n{CLUSTER}"):
        files = {f"services/{name}/service.yaml": f"{text}\n{IMAGE}" for name, text in services.items()}
        project = f"name: shop\n{PLACE}\nnetwork: {{{network}}}\n{more}"
        _, found = stacks(tmp_path, files={"dockyard.yaml": project, **files})
        assert linted(tmp_path / "cdk.out") == (0, "")
        return found

    return made


def out_by_ipv6(template):
    """Whether a security group of its tasks lets all out by IPv6."""
    groups = [rule for one in resources(template, "EC2::SecurityGroup") for rule in one.get("SecurityGroupEgress", [])]
    rules = [*groups, *resources(template, "EC2::SecurityGroupEgress")]
    return any((rule.get("CidrIpv6"), rule["IpProtocol"]) == ("::/0", "-1") for rule in rules)


CLOUDFRONT = """load_balancer:
  cloudfront: {certificate: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d', prefix_list: pl-4fa04526}"""


@pytest.mark.parametrize("more", [DOMAINS, f"{DOMAINS.partition(chr(10))[0]}\n{CLOUDFRONT}"])
def test_load_balancers_inside_of_the_network_have_one_subnet_of_a_zone(tmp_path, more):
    vpc = f"vpc: {{{EXISTING}, task_subnets: [subnet-00000001, subnet-00000002, subnet-00000003, subnet-00000004]}}"
    service = f"kind: web\nnlb: {{listeners: [7000], reach: internal}}\n{IMAGE}"
    project = f"name: shop\n{PLACE}\nnetwork: {{{vpc}}}\n{more}"
    _, found = stacks(tmp_path, files={"dockyard.yaml": project, "services/web/service.yaml": service})
    platform, web = found("shop-dev-platform"), found("shop-dev-web")
    inside = [
        one["Subnets"] for one in resources(platform, "ElasticLoadBalancingV2::LoadBalancer") if one["Scheme"] == "internal"
    ]
    assert inside == [["subnet-00000001", "subnet-00000002"]]
    (network,) = resources(web, "ElasticLoadBalancingV2::LoadBalancer")
    names = [web["Parameters"][one["Ref"]]["Default"] for one in network["Subnets"]]
    assert names == [f"/shop/dev/platform/task-subnet-{n}" for n in (1, 2)]


def test_a_network_with_ipv6_has_ranges_and_routes_and_lets_nobody_in_to_containers(read):
    platform = read("ipv6: true, nat: single")("shop-dev-platform")
    assert resources(platform, "EC2::VPCCidrBlock")[0]["AmazonProvidedIpv6CidrBlock"] is True
    subnets = resources(platform, "EC2::Subnet")
    assert [one["AssignIpv6AddressOnCreation"] for one in subnets] == [True] * 4
    indexes = [one["Ipv6CidrBlock"]["Fn::Select"][0] for one in subnets]
    assert len(set(indexes)) == 4
    assert indexes == [0, 1, 4, 5]  # others are kept for more zones, as of IPv4
    routes = [one for one in resources(platform, "EC2::Route") if one.get("DestinationIpv6CidrBlock") == "::/0"]
    assert (
        sorted("out only" if "EgressOnlyInternetGatewayId" in one else "both" for one in routes)
        == ["both"] * 2 + ["out only"] * 2
    )
    public, internal = resources(platform, "ElasticLoadBalancingV2::LoadBalancer")
    assert (public["IpAddressType"], internal["IpAddressType"]) == ("dualstack", "ipv4")
    (group,) = [one for one in resources(platform, "EC2::SecurityGroup") if "Load balancer" in one["GroupDescription"]]
    assert sorted((rule.get("CidrIp") or rule["CidrIpv6"], rule["FromPort"]) for rule in group["SecurityGroupIngress"]) == [
        ("0.0.0.0/0", 80), ("0.0.0.0/0", 443), ("::/0", 80), ("::/0", 443),
    ]  # fmt: skip
    records = resources(platform, "Route53::RecordSet")
    assert [(one["Name"], one["Type"]) for one in records] == [("shop.example.com.", "A"), ("shop.example.com.", "AAAA")]
    assert records[0]["AliasTarget"] == records[1]["AliasTarget"]
    assert out_by_ipv6(platform)  # servers


def test_containers_with_addresses_of_their_own_call_out_by_ipv6(read):
    found = read("ipv6: true")
    assert {name: out_by_ipv6(found(f"shop-dev-{name}")) for name in SERVICES} == {
        **dict.fromkeys(SERVICES, True), "bridge": False,
    }  # fmt: skip


@pytest.mark.parametrize("network", ["ipv6: true, nat: none", "ipv6: true, nat: none, endpoints: interface"])
def test_without_a_nat_gateway_containers_are_public_or_have_no_way_out(read, network):
    platform = read(network, {"web": "kind: web"}, DOMAINS)("shop-dev-platform")
    routes = [one for one in resources(platform, "EC2::Route") if one.get("DestinationIpv6CidrBlock")]
    assert all("GatewayId" in one for one in routes)
    assert len(routes) == 2


def test_a_network_has_no_ipv6_by_default(read):
    found = read("nat: single", {"web": "kind: web"})
    platform = found("shop-dev-platform")
    assert resources(platform, "EC2::VPCCidrBlock") == []
    assert resources(platform, "EC2::EgressOnlyInternetGateway") == []
    assert {one["IpAddressType"] for one in resources(platform, "ElasticLoadBalancingV2::LoadBalancer")} == {"ipv4"}
    assert [one["Type"] for one in resources(platform, "Route53::RecordSet")] == ["A"]
    assert not any(out_by_ipv6(found(f"shop-dev-{name}")) for name in ("platform", "web"))


@pytest.mark.parametrize(
    ("network", "balancer", "kind"),
    [("", "", "ipv4"), (", ipv6: true", "", "dualstack"), (", ipv6: true", "load_balancer: {ip_address_type: ipv4}", "ipv4")],
)
def test_a_network_that_is_there_says_whether_it_has_ipv6(read, network, balancer, kind):
    found = read(f"vpc: {{{EXISTING}{network}}}", {"web": "kind: web"}, balancer)
    (made,) = resources(found("shop-dev-platform"), "ElasticLoadBalancingV2::LoadBalancer")
    assert made["IpAddressType"] == kind
    assert out_by_ipv6(found("shop-dev-web")) is bool(network)
