"""Where the load balancers and their listeners listen on this machine.

The listener on port 80, or else that on the lowest port, has the load balancer's own port; every other has one of its own.
"""

import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import alb

from dockyard.local.lifecycle import DEFAULT_PORT

FIRST_PORT = 8080
FIRST_HTTPS_PORT = 8443
_ROOM, _LAST_ROOM = 400, 24000
"""So far apart are the ports of two local AWS whose own ports are neighbours; all are below the ports that Linux gives out."""


@dataclass
class Balancer:
    """A load balancer with its ports."""

    arn: str
    account: str
    region: str
    port: int
    others: dict[str, int] = field(default_factory=dict)
    """Listener to port, for those that are not on the main one."""
    address: str = ""
    """Of a network load balancer, whose listeners have the ports that they say there."""


balancers: dict[str, Balancer] = {}
_offset = 0


def begin_for(port: int) -> None:
    """Give out ports that no other local AWS gives out: this one listens on `port`."""
    global _offset  # noqa: PLW0603  # one process is one local AWS
    _offset = (port - DEFAULT_PORT) * _ROOM % _LAST_ROOM


def named(arn: str) -> str:
    """Give the load balancer the first free port from 8080, or a network load balancer an address; that is its name."""
    if alb._lbs[arn]["Type"] == "network":
        name = _free_address()
        balancers[arn] = Balancer(arn, get_account_id(), get_region(), 0, address=name)
    else:
        port = _free_port(FIRST_PORT)
        balancers[arn] = Balancer(arn, get_account_id(), get_region(), port)
        name = f"localhost:{port}"
    alb._lbs[arn]["DNSName"] = name
    return name


def listeners(balancer: Balancer) -> list[dict[str, Any]]:
    """Of a load balancer, the main one first."""
    found = [listener for listener in list(alb._listeners._data.values()) if listener["LoadBalancerArn"] == balancer.arn]
    return sorted(found, key=lambda listener: (listener["Port"] != 80, listener["Port"]))


def protocol_of(listener_arn: str) -> str:
    """What a listener speaks; HTTP where it is not there."""
    return next((str(one["Protocol"]) for key, one in list(alb._listeners._data.items()) if key[-1] == listener_arn), "HTTP")


def port_of(balancer: Balancer, listener: str, among: list[str]) -> int:
    """Where a listener listens, of all that the load balancer has."""
    if among[:1] in ([], [listener]):
        return balancer.port
    if listener not in balancer.others:
        balancer.others[listener] = _free_port(FIRST_HTTPS_PORT if protocol_of(listener) == "HTTPS" else FIRST_PORT)
    return balancer.others[listener]


def port_here(load_balancer: str, port: int) -> int:
    """Where the load balancer's listener on this port listens; the port itself where it has none."""
    balancer = balancers[load_balancer]
    found = listeners(balancer)
    listener = next((one["ListenerArn"] for one in found if one["Port"] == port), None)
    return port_of(balancer, listener, [one["ListenerArn"] for one in found]) if listener else port


def loopback_hosts() -> list[str]:
    """127.0.0.1, and ::1 where this machine has IPv6: `localhost` may mean either."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "::1"]


def _free_address() -> str:
    """Of those that mean this machine; two local AWS whose own ports are neighbours have none in common."""
    taken = {balancer.address for balancer in list(balancers.values())}
    network = ipaddress.ip_network(f"127.{1 + _offset // _ROOM % 250}.0.0/16")
    return next(str(address) for address in network.hosts() if str(address) not in taken)


def _free_port(first: int) -> int:
    taken = {port for b in list(balancers.values()) for port in (b.port, *b.others.values())}
    for port in range(first + _offset, 65536):
        if port not in taken and all(_is_free(host, port) for host in loopback_hosts()):
            return port
    raise OSError(f"no free port from {first + _offset}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
