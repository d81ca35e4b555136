"""The `nlb` part of a service.yaml: a Network Load Balancer of the service's own, for what is no HTTP.

https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.route import IPV4_CIDR, checked_path, several
from dockyard.config.shown import show

NetworkProtocol = Literal["tcp", "tls", "udp", "tcp_udp"]
BY_UDP: tuple[NetworkProtocol, ...] = ("udp", "tcp_udp")
Port = Annotated[int, number(1, 65535)]


def _listener(value: Any) -> Any:
    """`443/tls`, or a port of TCP, as the mapping that it stands for."""
    if isinstance(value, dict | Listener):
        return value
    port, slash, protocol = str(value).partition("/")
    if isinstance(value, bool) or not isinstance(value, int | str) or not port.isdecimal():
        raise ValueError(f"should be a port such as 7000 or 443/tls, or a mapping with port, got {show(value)}")
    return {"port": int(port), **({"protocol": protocol} if slash else {})}


class Listener(Model):
    """A port of the load balancer."""

    port: Port
    """The port that clients connect to."""
    protocol: NetworkProtocol = "tcp"
    """What is spoken with clients. `tls` is ended by the load balancer, and the container gets what was in it by TCP; who ends it
    in the container takes `tcp`. `tcp_udp` is both on one port."""
    target_port: Port | None = None
    """Port of the container. Default: `port` of the service."""

    @property
    def target_protocol(self) -> NetworkProtocol:
        """What is spoken with the container."""
        return "tcp" if self.protocol == "tls" else self.protocol


class NlbHealth(Model):
    """How the load balancer tells that a container can take connections."""

    path: Annotated[str, AfterValidator(checked_path)] | None = None
    """Path that is asked by HTTP, and answered with 200 to 399. Default: it is enough that a connection is taken."""
    port: Port | None = None
    """Port of the container that is asked, by TCP. `udp` needs one. Default: the port that connections go to."""
    interval: Annotated[int, number(5, 300, "seconds")] = 5
    """Time between two checks."""
    timeout: Annotated[int, number(2, 120, "seconds")] = 4
    """How long a check waits for the answer; less than the interval."""
    healthy_threshold: Annotated[int, number(2, 10)] = 2
    """Good checks in a row that make an unhealthy container healthy again."""
    unhealthy_threshold: Annotated[int, number(2, 10)] = 2
    """Failed checks in a row that make a container unhealthy."""
    grace_period: Annotated[int, number(0, 3600, "seconds")] = 60
    """How long failed checks are forgiven after a container started."""

    @model_validator(mode="after")
    def _timeout_fits(self) -> "NlbHealth":
        if self.timeout >= self.interval:
            raise ValueError(f"timeout should be less than interval ({self.interval} seconds), got {self.timeout}")
        return self


_HOST = words(
    "a host name such as mqtt.example.com", r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
)


class Nlb(Model):
    """What clients connect to, and how containers take it."""

    listeners: Annotated[
        tuple[
            Annotated[Listener, BeforeValidator(_listener, json_schema_input_type=int | str | Listener)],
            ...,
        ],
        Field(min_length=1, max_length=50),
    ]
    """Ports: `7000`, `443/tls`, `5353/udp`, `53/tcp_udp`, or mappings."""
    reach: Literal["public", "internal"] = "public"
    """From where: the world, or the network and what is connected with it. Another one is another load balancer."""
    host: Annotated[tuple[str, ...], *several(_HOST)] = ()
    """A name, or several, of a domain of dockyard.yaml: each gets a record, and `tls` the certificate of its domain. `tls` needs
    one. Default: the load balancer's own name."""
    source_ips: Annotated[tuple[str, ...], *several(IPV4_CIDR)] = ()
    """Connections from these ranges of addresses only, which are of IPv4. Default: from everywhere, or from the network where it
    is internal."""
    health: NlbHealth = NlbHealth()
    """The health check."""
    deregistration_delay: Annotated[int, number(0, 3600, "seconds")] = 60
    """How long connections may go on before their container is told to stop; then they are ended."""
    stickiness: bool = False
    """Whether a client's address stays with the container that it met. Not of `tls`."""
    preserve_client_ip: bool = True
    """Whether containers see the addresses of clients, as they always do of `udp`. With it, a container does not reach itself
    through the load balancer."""
    cross_zone: bool = True
    """Whether connections go to containers in all availability zones alike, which AWS charges by the byte, or only in the zone
    that they came in by."""

    @model_validator(mode="after")
    def _ports_are_different(self) -> "Nlb":
        ports = [one.port for one in self.listeners]
        if twice := [port for port in ports if ports.count(port) > 1]:
            raise ValueError(f"listeners should have different ports (tcp_udp takes both on one), got {twice[0]} more than once")
        return self

    @model_validator(mode="after")
    def _goes_with_the_protocols(self) -> "Nlb":
        protocols = {one.protocol for one in self.listeners}
        if "tls" in protocols and self.stickiness:
            raise ValueError("stickiness is not to be had with tls: remove it, or take tcp and end TLS in the container")
        if not self.preserve_client_ip and protocols & {*BY_UDP}:
            raise ValueError("preserve_client_ip cannot be false with udp and tcp_udp, where AWS always preserves addresses")
        if "udp" in protocols and self.health.port is None:
            raise ValueError(
                "health.port is needed with udp: a port of the container that answers by TCP, as UDP cannot be checked"
            )
        return self

    def targets(self, port: int) -> list[tuple[int, NetworkProtocol]]:
        """Port and protocol of each target group, where the service's own port is `port`."""
        return list(dict.fromkeys((one.target_port or port, one.target_protocol) for one in self.listeners))


def spelled_out(value: Any) -> Any:
    """A port or a list of such as the mapping that it stands for."""
    if isinstance(value, dict | Nlb):
        return value
    return {"listeners": value if isinstance(value, list | tuple) else [value]}


NetworkLoadBalancer = Annotated[
    Nlb, BeforeValidator(spelled_out, json_schema_input_type=int | str | list[int | str | Listener] | Nlb)
]
"""A port, a list of such, or a mapping with `listeners`."""
