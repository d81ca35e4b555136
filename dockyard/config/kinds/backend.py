"""`kind: backend`."""

from typing import Annotated, Literal

from pydantic import Field

from dockyard.config.alarms import TaskAlarms
from dockyard.config.count import TaskCount
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container, Port
from dockyard.config.model import Model, number


class ContainerHealth(Model):
    """A command in the container that tells whether it is well."""

    command: str = Field(min_length=1)
    """The command, as one writes it in a shell: it ends with 0 where all is well. The image must have what it calls."""
    interval: Annotated[int, number(5, 300, "seconds")] = 10
    """Time between two checks."""
    timeout: Annotated[int, number(2, 60, "seconds")] = 5
    """How long a check may take."""
    retries: Annotated[int, number(1, 10)] = 3
    """Failed checks in a row that make the container unhealthy; its task is replaced."""
    start_period: Annotated[int, number(0, 300, "seconds")] = 30
    """How long failed checks are forgiven after the container started."""


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
