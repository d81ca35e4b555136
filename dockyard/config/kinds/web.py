"""`kind: web`."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from dockyard.config.alarms import WebAlarms
from dockyard.config.count import TaskCount
from dockyard.config.deployment import Deploy, Deployment
from dockyard.config.http import Http
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container, Port
from dockyard.config.nlb import NetworkLoadBalancer


class Web(Container):
    """A service that takes requests through the load balancer, or connections through one of its own."""

    kind: Literal["web"]
    """What the service is. The same in every environment."""
    port: Port = 8080
    """Port that the container listens on. It is told so by the variable PORT. The same in every environment."""
    count: TaskCount = 1
    """How many tasks run: a number, or bounds and what moves the number within them."""
    http: Http | None = Http()
    """Which requests reach it, and how its health is checked. Default: all requests, and none where there is `nlb`."""
    nlb: NetworkLoadBalancer | None = None
    """Ports of a Network Load Balancer of its own, for what is no HTTP: `443/tls`, `7000`, a list of such, or a mapping."""
    calls: Calls = ()
    """Backends that it calls by name."""
    alarms: WebAlarms = WebAlarms()
    """What is too much."""
    deploy: Deploy = Deployment()
    """How a new version takes the place of the old one: `rolling`, `blue-green`, `canary` or `linear`, or a mapping."""

    @model_validator(mode="before")
    @classmethod
    def _is_reached_as_it_says(cls, value: Any) -> Any:
        return {**value, "http": http_of(value)} if isinstance(value, dict) else value


def http_of(raw: Mapping[str, Any]) -> Any:
    """What a service has as `http`, as it is written: nothing where it has `nlb` alone."""
    return raw.get("http") if "http" in raw or raw.get("nlb") is not None else {}
