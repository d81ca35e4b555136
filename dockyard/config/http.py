"""The `http` part of a service.yaml: its route on the load balancer and its health check."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from dockyard.config.model import Model, number, words

MAX_DEPTH = 7
"""Segments a path may have and still get a priority of its own accord (see `dockyard.config.routes`)."""


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f'should begin with /, got "{value}"')
    if len(value.strip("/")) == 0 and value != "/":
        raise ValueError(f'should be / or name something, got "{value}"')
    if len(value) > 126:  # AWS allows 128 characters in a pattern, and "/*" is added
        raise ValueError(f"should have at most 126 characters, got {len(value)}")
    return value


def _route_path(value: str) -> str:
    return "/" + _path(value).strip("/")


class Health(Model):
    """How the load balancer tells that a container can take requests."""

    path: Annotated[str, AfterValidator(_path)] = "/"
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


class Http(Model):
    """Which requests reach the service."""

    path: Annotated[str, AfterValidator(_route_path)] = "/"
    """Requests for this path and all below it: `/api` means `/api` and `/api/*`."""
    host: (
        Annotated[
            str, words("a host name such as shop.example.com or *.example.com", r"(\*\.)?[a-z0-9]([a-z0-9.-]{0,124}[a-z0-9])?")
        ]
        | None
    ) = None
    """Requests for this host only. Default: every host."""
    priority: Annotated[int, number(1, 999)] | None = None
    """Priority of the rule, for a path with `*` or `?` in it; the smaller comes first. Other paths get one by how
    specific they are."""
    health: Health = Health()
    """The health check."""

    @model_validator(mode="after")
    def _wildcards_have_a_priority(self) -> "Http":
        if (set(self.path) & {"*", "?"} or self.path.count("/") > MAX_DEPTH) and self.priority is None:
            raise ValueError(f'path "{self.path}" needs a priority (1 to 999): its place among other paths cannot be told')
        return self
