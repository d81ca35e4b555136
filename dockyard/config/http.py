"""The `http` part of a service.yaml: its route on the load balancer, its health check, and how its containers are reached."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator

from dockyard.config.auth import Auth
from dockyard.config.model import Model, number, words
from dockyard.config.route import Route, checked_path
from dockyard.config.rule import Maintenance, Page, Rewrite

Reach = Literal["public", "internal", "both"]
_GRPC_HEALTH = {"path": "/AWS.ALB/healthcheck", "success_codes": "12"}
"""A method that no server has: that it says so (12, not implemented) shows that it is there."""


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
        str,
        words(
            "codes such as 200, 200-299 or 200,301",
            r"[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*|\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*",
        ),
    ] = "200"
    """Status codes of a good answer; of gRPC 0 to 99. Default: 200, of gRPC 12, with a path that no server has."""
    grace_period: Annotated[int, number(0, 3600, "seconds")] = 60
    """How long failed checks are forgiven after a container started."""

    @model_validator(mode="after")
    def _timeout_fits(self) -> "Health":
        if self.timeout >= self.interval:
            raise ValueError(f"timeout should be less than interval ({self.interval} seconds), got {self.timeout}")
        return self


class Rewrites(Model):
    """What of a request is made another before the container sees it.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
    """

    path: Rewrite | None = None
    """Path and query: `{match: "^/v1/(.*)$", replace: "/api/$1"}`."""
    host: Rewrite | None = None
    """The header Host."""


class Http(Route):
    """Which requests reach the service."""

    health: Health = Health()
    """The health check."""
    reach: Reach = "public"
    """From where: the world (`public`), the network alone (`internal`), or by both ways. The last two need
    `load_balancer.internal` in dockyard.yaml."""
    protocol: Literal["http", "http2", "grpc"] = "http"
    """What is spoken with the containers: `http` is HTTP/1.1. The others need domains in dockyard.yaml, as clients must speak
    HTTPS. Another protocol is another target group, which interrupts a service that runs."""
    deregistration_delay: Annotated[int, number(0, 3600, "seconds")] = 5
    """How long running requests may go on before their container is told to stop: as long as the longest that must not fail."""
    slow_start: Annotated[int, number(30, 900, "seconds")] | None = None
    """How long a new container gets ever more requests until it gets its share. Default: its share at once."""
    stickiness: Annotated[int, number(1, 604800, "seconds")] | None = None
    """How long a client, which must keep cookies, stays with the container that it met. Default: each request goes to any.
    Only with `deploy: rolling`."""
    strip_path: bool = False
    """Whether the container gets `/users` where `/api/users` was asked for and `path` is `/api`."""
    rewrite: Rewrites = Rewrites()
    """What of a request is made another before the container sees it."""
    auth: Auth | None = None
    """Who is let through: clients that sign in (`oidc`, `cognito`) or send a token (`jwt`). Default: everyone. It needs domains
    in dockyard.yaml."""
    maintenance: Annotated[Maintenance | None, Page] = None
    """Whether clients get a page instead of the service, which runs on: `true`, the text of the page (HTML), or with details."""

    @model_validator(mode="before")
    @classmethod
    def _grpc_has_a_health_check_of_its_own(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("protocol") == "grpc" and isinstance(value.get("health", {}), dict):
            return {**value, "health": {**_GRPC_HEALTH, **value.get("health", {})}}
        return value

    @model_validator(mode="after")
    def _codes_are_of_the_protocol(self) -> "Http":
        of_grpc = len(self.health.success_codes.partition(",")[0].partition("-")[0]) < 3
        if of_grpc != (self.protocol == "grpc"):
            wanted = "0 to 99, as it is gRPC" if self.protocol == "grpc" else "200 to 499"
            raise ValueError(f'health.success_codes should be codes of {wanted}, got "{self.health.success_codes}"')
        return self

    @model_validator(mode="after")
    def _path_is_made_another_once(self) -> "Http":
        if self.strip_path and (self.rewrite.path or set(self.path) & {"*", "?"} or self.path == "/"):
            why = "rewrite.path is given" if self.rewrite.path else f'path is "{self.path}"'
            raise ValueError(f"strip_path takes a plain path away from what is asked, and {why}: remove one of both")
        return self

    @model_validator(mode="after")
    def _auth_is_of_http(self) -> "Http":
        if self.auth and self.protocol != "http":
            raise ValueError(f"auth is for containers that are spoken with by HTTP/1.1, and protocol is {self.protocol}")
        return self

    @property
    def entrances(self) -> tuple[Literal["public", "internal"], ...]:
        """The load balancers that it has a rule on."""
        return ("public", "internal") if self.reach == "both" else (self.reach,)

    @property
    def path_rewrite(self) -> Rewrite | None:
        """How the path is made another."""
        stripped = Rewrite(match=f"^{re.escape(self.path)}/?(.*)$", replace="/$1") if self.strip_path else None
        return stripped or self.rewrite.path
