"""`nlb` of a service.yaml: what it means, and what is told of wrong ones."""

import pytest

DOMAIN = "name: shop\nenvironments: {dev: {}}\ndomains: {example.com: {hosted_zone: Z0123456789ABC}}\n"
SERVERS = "name: shop\nenvironments: {dev: {}}\ncluster: {ec2: {instance_types: [t3.small]}}\n"
TLS = "listeners: [443/tls], host: mqtt.example.com"


def web(files):
    return files.load().environment().services["web"]


def test_a_service_with_nlb_alone_takes_no_requests(files):
    files.service("kind: web\nnlb: 6379")
    assert web(files).http is None
    assert [(one.port, one.protocol, one.target_port) for one in web(files).nlb.listeners] == [(6379, "tcp", None)]
    assert files.load().environment().routes == {}


def test_a_service_may_have_both(files):
    files.service("kind: web\nnlb: [6379, 53/tcp_udp, {port: 7, target_port: 70}]\nhttp: {path: /web}")
    assert web(files).http.path == "/web"
    assert web(files).nlb.targets(8080) == [(8080, "tcp"), (8080, "tcp_udp"), (70, "tcp")]


def test_what_is_ended_here_and_what_is_not_share_their_targets(files):
    files.write("dockyard.yaml", DOMAIN)
    files.service("kind: web\nnlb: {listeners: [1883, 8883/tls], host: mqtt.example.com}")
    assert web(files).nlb.targets(1883) == [(1883, "tcp")]


def test_an_environment_adds_to_a_port(files):
    files.service("kind: web\nnlb: 6379\nenvironments: {dev: {nlb: {reach: internal}}}")
    assert (web(files).nlb.reach, web(files).nlb.listeners[0].port) == ("internal", 6379)


def test_a_preview_has_names_of_its_own(files):
    files.write("dockyard.yaml", DOMAIN.replace("dev: {}", "dev: {}, pr: {preview: {of: dev}}"))
    files.service(f"kind: web\nnlb: {{{TLS}}}")
    service = files.load().environment("pr-7").services["web"]
    assert (service.http, service.nlb.host) == (None, ("mqtt-pr-7.example.com",))


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ("nlb: true", "nlb.listeners[0]: should be a port such as 7000 or 443/tls, or a mapping with port, got true"),
        ("nlb: 80/http", 'nlb.listeners[0].protocol: should be tcp, tls, udp or tcp_udp, got "http"'),
        ("nlb: 0", "nlb.listeners[0].port: should be 1 to 65535, got 0"),
        ("nlb: {listeners: []}", "nlb.listeners: should have at least 1, got 0"),
        ("nlb: {reach: internal}", "nlb.listeners: is required: ports: `7000`, `443/tls`, `5353/udp`, `53/tcp_udp`, or mappings"),
        ("nlb: [53/tcp, 53/udp]", "nlb: listeners should have different ports (tcp_udp takes both on one), got 53 more than once"),
        ("nlb: 443/tls", "nlb: host is needed with tls: a name of a domain of dockyard.yaml, whose certificate clients are shown"),
        (f"nlb: {{{TLS}}}", "nlb.host: needs domains in dockyard.yaml, which it is a name of"),
        (f"nlb: {{{TLS}, stickiness: true}}",
         "nlb: stickiness is not to be had with tls: remove it, or take tcp and end TLS in the container"),
        ("nlb: 53/udp",
         "nlb: health.port is needed with udp: a port of the container that answers by TCP, as UDP cannot be checked"),
        ("nlb: {listeners: [53/tcp_udp], preserve_client_ip: false}",
         "nlb: preserve_client_ip cannot be false with udp and tcp_udp, where AWS always preserves addresses"),
        ("nlb: {listeners: [1], health: {timeout: 5}}", "nlb.health: timeout should be less than interval (5 seconds), got 5"),
        ("nlb: {listeners: [1], source_ips: 10.0.0.1/8}", "nlb.source_ips: should be a range of addresses such as 203.0.113.0/24, "
         'got "10.0.0.1/8" (10.0.0.1/8 has host bits set)'),
        ("nlb: {listeners: [1], source_ips: [10.0.0.0/8, '2001:db8::/32']}", "nlb.source_ips: should be a range of IPv4 such as "
         '203.0.113.0/24, as clients come by nothing else here, got "2001:db8::/32"'),
        (f"nlb: {{listeners: {[*range(1, 32)]}, source_ips: [10.0.0.0/8, 192.0.2.0/24]}}",
         "nlb.source_ips: needs 62 rules of a security group, one a port, protocol and range, and it has 60: have fewer listeners or "
         "wider ranges, or make it two services"),
        (f"nlb: {[f'{port}/tcp_udp' for port in range(1, 32)]}",
         "nlb.listeners: needs 62 rules of a security group, one a port, protocol and range, and it has 60: have fewer listeners or "
         "wider ranges, or make it two services"),
        ("nlb: [1, 2, {port: 3, target_port: 3}, {port: 4, target_port: 4}, {port: 5, target_port: 5}, 6/tcp_udp]\nhttp: {}",
         "nlb.listeners: needs 5 target groups and 1 of http, and a service has 5: let listeners share a target_port, or make it "
         "two services"),
        ("nlb: 1\nhttp: {}\ndeploy: canary", "deploy.strategy: canary shifts what comes by http or by nlb, not both: make what has nlb "
         "a service of its own, or set deploy: rolling"),
        ("nlb: [1, 2]\ndeploy: {alternate_targets: true}", "deploy.alternate_targets: alternate_targets shifts connections of one "
         "listener, and nlb has 2: keep one, or set deploy: rolling"),
        ("nlb: 1\ndeploy: {strategy: blue-green, smoke: [/]}", "deploy.smoke: is asked by HTTP, which nlb does not speak: remove it"),
        ("nlb: 1\ncount: {max: 2, requests: 9}", "count.requests: is of requests by http, and there is nlb alone: remove it, or add http"),
        ("nlb: 1\nalarms: {latency: 1}", "alarms.latency: is of requests by http, and there is nlb alone: remove it, or add http"),
        ("nlb: 1\ndeploy: {alarms: [cpu, errors]}",
         "deploy.alarms[1]: is of requests by http, and there is nlb alone: remove it, or add http"),
        ("http: null", "should have http, nlb or both, got neither"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(files, service, text):
    files.service(f"kind: web\n{service}")
    where, _, _ = text.partition(": ")
    assert files.problems() == [f"services/web/service.yaml: {text}"], where


def test_a_security_group_has_as_many_rules_as_aws_lets_it_have(files):
    files.service(f"kind: web\nnlb: {{listeners: {[*range(1, 31)]}, source_ips: [10.0.0.0/8, 192.0.2.0/24, 10.0.0.0/8]}}")
    assert len(web(files).nlb.listeners) == 30


def test_udp_needs_a_container_with_an_address(files):
    files.write("dockyard.yaml", SERVERS)
    files.service("kind: web\nruns_on: ec2\nnlb: {listeners: [53/udp], health: {port: 80}}")
    assert [text.partition(": ")[2] for text in files.problems()] == [
        "nlb.listeners[0]: udp needs a container with an address of its own, and network_mode is bridge: set network_mode: awsvpc, "
        "or run on Fargate",
        "nlb.health.port: is another on each server where network_mode is bridge: remove it, or set network_mode: awsvpc, or run on "
        "Fargate",
    ]


def test_a_name_leads_to_one_load_balancer(files):
    files.write("dockyard.yaml", DOMAIN)
    files.write("services/broker/service.yaml", f"kind: web\nimage: {{from: redis}}\nnlb: {{{TLS}}}")
    files.service("kind: web\nhttp: {host: mqtt.example.com}")
    assert files.problems() == [
        "services/broker/service.yaml: nlb.host: mqtt.example.com is the name of http of service web as well, and a name leads to "
        "one load balancer: take another"
    ]


EXISTING = """name: shop
environments: {dev: {}}
network: {vpc: {id: vpc-0a1b2c3d, cidr: 10.1.0.0/16, public_subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]}}
load_balancer:
  existing:
    listener: arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2
    security_group: sg-0a1b2c3d
    dns_name: front.example.com
"""


@pytest.mark.parametrize(
    ("nlb", "what"),
    [
        (TLS, "tls"),
        ("listeners: [443/tls]", "tls"),
        ("listeners: [1883], host: mqtt.example.com", "host"),
        ("listeners: [1883]", None),
    ],
)
def test_beside_a_load_balancer_of_others_there_are_no_names_and_certificates(files, nlb, what):
    """One error with the ways out, and not two that each ask for what the other forbids."""
    files.write("dockyard.yaml", EXISTING)
    files.service(f"kind: web\nnlb: {{{nlb}}}")
    told = (
        f"services/web/service.yaml: nlb: {what} needs domains in dockyard.yaml, which do not go with load_balancer.existing: take tcp, "
        "with TLS ended in the container, and no host, or make a load balancer instead of existing"
    )
    assert files.problems() == [told] if what else files.load()


def test_two_environments_have_no_name_in_common(files):
    files.write("dockyard.yaml", DOMAIN.replace("dev: {}", "dev: {}, prod: {}"))
    files.service(f"kind: web\nnlb: {{{TLS}}}")
    assert "its record of mqtt.example.com in Z0123456789ABC is that of environment dev as well" in files.problems()[0]
