"""What a health check asks of a service, and what it got, in words."""

from dataclasses import dataclass

_NO_CONNECTION = "Target.FailedHealthChecks"
"""An error while the load balancer connects, or an answer that is malformed; another status code has another reason.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""


@dataclass(frozen=True)
class Check:
    """What the load balancer asks a container."""

    path: str
    port: int | None
    """Of the container."""
    wanted: str
    """Status codes of a good answer."""
    interval: float
    """Seconds."""


@dataclass(frozen=True)
class Failed:
    """A health check that failed, with AWS's code and description of the reason."""

    check: Check
    reason: str
    description: str

    def text(self) -> str:
        """What was asked, and what came of it."""
        check = self.check
        if self.reason == _NO_CONNECTION:
            return f"nothing listens on port {check.port} of the container, or what does speaks no HTTP"
        told = self.description or self.reason
        return f"GET {check.path} on port {check.port}: {told} (wanted: {check.wanted}; http.health in service.yaml)"
