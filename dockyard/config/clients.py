"""What a user should know of the clients that a service turns away, which is no fault."""

import ipaddress
from collections.abc import Iterator

from dockyard.config.http import Http
from dockyard.config.kinds.web import Web
from dockyard.config.project import EnvironmentSettings
from dockyard.config.service import Service


def client_cautions(service: Service, settings: EnvironmentSettings) -> Iterator[str]:
    """A sentence each, with the key and the ways out."""
    if isinstance(service, Web) and service.http:
        yield from _ipv6_cautions(service.http, settings)


def _ipv6_cautions(http: Http, settings: EnvironmentSettings) -> Iterator[str]:
    """Clients come by IPv6 where the load balancer is told by AAAA records, and ranges of IPv4 do not name them."""
    told = settings.dualstack and settings.load_balancer.existing is None and "public" in http.entrances
    if told and http.source_ips and all(ipaddress.ip_network(one).version == 4 for one in http.source_ips):
        yield (
            "http.source_ips has ranges of IPv4 alone, and the load balancer is dualstack, so its clients that come by IPv6 do "
            "not get here: add their IPv6 ranges, or set load_balancer.ip_address_type: ipv4 in dockyard.yaml"
        )
