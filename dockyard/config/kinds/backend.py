"""`kind: backend`."""

from typing import Literal

from dockyard.config.alarms import TaskAlarms
from dockyard.config.container_health import ContainerHealth
from dockyard.config.count import TaskCount
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container, Port


class Backend(Container):
    """A service that other services reach at `http://<its name>:<port>`, and nobody else."""

    kind: Literal["backend"]
    """What the service is. The same in every environment."""
    port: Port = 8080
    """Port that the container listens on, and that callers name. It is told so by the variable PORT. The same in every
    environment."""
    protocol: Literal["http", "http2", "grpc", "tcp"] = "http"
    """What is spoken on the port: it tells how requests are spread, tried again and counted."""
    count: TaskCount = 1
    """How many tasks run: a number, or bounds and what moves the number within them."""
    calls: Calls = ()
    """Backends that it calls by name."""
    health: ContainerHealth | None = None
    """How its health is checked. Default: it is well while it runs."""
    alarms: TaskAlarms = TaskAlarms()
    """What is too much."""
