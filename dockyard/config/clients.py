"""What a user should know of the clients that a service turns away, or lets in, which is no fault."""

import ipaddress
from collections.abc import Iterator

from dockyard.config.http import Http
from dockyard.config.kinds.web import Web
from dockyard.config.nlb import Nlb
from dockyard.config.project import EnvironmentSettings
from dockyard.config.service import Service

SENSITIVE_PORTS = {
    22: "SSH", 1433: "SQL Server", 3306: "MySQL", 3389: "RDP", 5432: "PostgreSQL", 6379: "Redis", 27017: "MongoDB",
}  # fmt: skip
"""Ports that CDK's validation warns of where the world may connect (W2508), and what they usually are.
https://docs.rs/crate/cloudformation-validate-data-source/latest/source/handwritten/sensitive_ports.json"""


def client_cautions(service: Service, settings: EnvironmentSettings) -> Iterator[str]:
    """A sentence each, with the key and the ways out."""
    if isinstance(service, Web) and service.http:
        yield from _ipv6_cautions(service.http, settings)
    if isinstance(service, Web) and service.nlb:
        yield from _open_port_cautions(service.nlb)


def _ipv6_cautions(http: Http, settings: EnvironmentSettings) -> Iterator[str]:
    """Clients come by IPv6 where the load balancer is told by AAAA records, and ranges of IPv4 do not name them."""
    told = settings.dualstack and settings.load_balancer.existing is None and "public" in http.entrances
    if told and http.source_ips and all(ipaddress.ip_network(one).version == 4 for one in http.source_ips):
        yield (
            "http.source_ips has ranges of IPv4 alone, and the load balancer is dualstack, so its clients that come by IPv6 do "
            "not get here: add their IPv6 ranges, or set load_balancer.ip_address_type: ipv4 in dockyard.yaml"
        )


def _open_port_cautions(nlb: Nlb) -> Iterator[str]:
    """Ports of databases and the like that everybody may connect to."""
    is_open = nlb.reach == "public" and (not nlb.source_ips or "0.0.0.0/0" in nlb.source_ips)
    for index, one in enumerate(nlb.listeners if is_open else ()):
        if usual := SENSITIVE_PORTS.get(one.port):
            what = f"nlb.listeners[{index}]: port {one.port}, which is usually {usual}, is open to the world"
            yield f"{what}: set nlb.reach: internal, or nlb.source_ips"
