"""A health check that a container makes itself."""

from typing import Annotated

from pydantic import Field

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
