"""`kind: web`."""

from typing import Literal

from dockyard.config.alarms import WebAlarms
from dockyard.config.count import TaskCount
from dockyard.config.deployment import Deploy, Deployment
from dockyard.config.http import Http
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container, Port


class Web(Container):
    """A service that takes requests through the load balancer."""

    kind: Literal["web"]
    """What the service is. The same in every environment."""
    port: Port = 8080
    """Port that the container listens on. It is told so by the variable PORT. The same in every environment."""
    count: TaskCount = 1
    """How many tasks run: a number, or bounds and what moves the number within them."""
    http: Http = Http()
    """Which requests reach it, and how its health is checked."""
    calls: Calls = ()
    """Backends that it calls by name."""
    alarms: WebAlarms = WebAlarms()
    """What is too much."""
    deploy: Deploy = Deployment()
    """How a new version takes the place of the old one: `rolling`, `blue-green`, `canary` or `linear`, or a mapping."""
