"""The `http` part of a service.yaml: its route on the load balancer and its health check."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.route import Route, checked_path


class Health(Model):
    """How the load balancer tells that a container can take requests."""

    path: Annotated[str, AfterValidator(checked_path)] = "/"
    """Path that is asked, on the container's port; it does not go through the routes."""
    interval: Annotated[int, number(5, 300, "seconds")] = 5
    """Time between two checks."""
    timeout: Annotated[int, number(2, 120, "seconds")] = 4
    """How long a check waits for the answer; less than the interval."""
    healthy_threshold: Annotated[int, number(2, 10)] = 2
    """Good checks in a row that make an unhealthy container healthy again. A new one needs a single good check."""
    unhealthy_threshold: Annotated[int, number(2, 10)] = 2
    """Failed checks in a row that make a container unhealthy."""
    success_codes: Annotated[
        str, words("codes such as 200, 200-299 or 200,301", r"[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*")
    ] = "200"
    """Status codes of a good answer."""
    grace_period: Annotated[int, number(0, 3600, "seconds")] = 60
    """How long failed checks are forgiven after a container started."""

    @model_validator(mode="after")
    def _timeout_fits(self) -> "Health":
        if self.timeout >= self.interval:
            raise ValueError(f"timeout should be less than interval ({self.interval} seconds), got {self.timeout}")
        return self


class Http(Route):
    """Which requests reach the service."""

    health: Health = Health()
    """The health check."""
