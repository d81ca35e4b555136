"""What is told of clients that a service turns away."""

import pytest

PROJECT = "name: shop\nenvironments: {{dev: {{}}}}\n{}"
IPV4 = "source_ips: [203.0.113.0/24, 198.51.100.7]"
BY_IPV6 = (
    "web",
    "http.source_ips has ranges of IPv4 alone, and the load balancer is dualstack, so its clients that come by IPv6 do not get here: "
    "add their IPv6 ranges, or set load_balancer.ip_address_type: ipv4 in dockyard.yaml",
)


@pytest.mark.parametrize(
    ("project", "http", "told"),
    [
        ("network: {ipv6: true}", IPV4, True),
        ("network: {ipv6: true}", "source_ips: [203.0.113.0/24, '2001:db8::/32']", False),
        ("network: {ipv6: true}", "path: /web", False),
        ("", IPV4, False),
        ("network: {ipv6: true}\nload_balancer: {ip_address_type: ipv4}", IPV4, False),
        ("network: {ipv6: true}\nload_balancer: {internal: true}", f"reach: internal, {IPV4}", False),
        ("network: {ipv6: true}\nload_balancer: {internal: true}", f"reach: both, {IPV4}", True),
    ],
)
def test_ranges_of_ipv4_are_told_where_clients_come_by_ipv6(files, project, http, told):
    files.write("dockyard.yaml", PROJECT.format(project))
    files.service(f"kind: web\nhttp: {{{http}}}")
    assert files.load().environment("dev").cautions == ((BY_IPV6,) if told else ())


@pytest.mark.parametrize(
    ("nlb", "told"),
    [
        ("6379", ["nlb.listeners[0]: port 6379, which is usually Redis"]),
        (
            "[7000, 5432, 22]",
            ["nlb.listeners[1]: port 5432, which is usually PostgreSQL", "nlb.listeners[2]: port 22, which is usually SSH"],
        ),
        ("{listeners: [6379], source_ips: 0.0.0.0/0}", ["nlb.listeners[0]: port 6379, which is usually Redis"]),
        ("{listeners: [6379], source_ips: 203.0.113.0/24}", []),
        ("{listeners: [6379], reach: internal}", []),
        ("{listeners: [{port: 7000, target_port: 6379}]}", []),
    ],
)
def test_a_port_of_databases_that_is_open_to_the_world_is_told(files, nlb, told):
    files.service(f"kind: web\nnlb: {nlb}")
    assert [*files.load().environment("dev").cautions] == [
        ("web", f"{text}, is open to the world: set nlb.reach: internal, or nlb.source_ips") for text in told
    ]
