"""The `alarms` parts of dockyard.yaml (who is told) and service.yaml (what is too much)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from dockyard.config.model import Model, words
from dockyard.config.shown import show

Limit = int | float | Literal["off"]


def _threshold(low: float, high: float, unit: str, *, whole: bool = False) -> BeforeValidator:
    """A number with bounds, or `off`."""

    def check(value: Any) -> Any:
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if value != "off" and not (number and low <= value <= high):
            raise ValueError(f"should be {low:g} to {high:.7g} ({unit}), or off, got {show(value)}")
        return value

    kind = {"type": "integer" if whole else "number", "minimum": low, "maximum": high, "unit": unit}
    return BeforeValidator(check, json_schema_input_type=Annotated[Any, WithJsonSchema({"anyOf": [kind, {"const": "off"}]})])


Email = Annotated[str, words("an e-mail address", r"[^@\s]+@[^@\s]+\.[^@\s]+")]


class Notify(Model):
    """Who is told when an alarm goes off, and when tasks end by themselves."""

    email: tuple[Email, ...] = ()
    """Addresses. AWS asks each once whether it wants to be told."""
    topic: Annotated[str, words("the ARN of an SNS topic", r"arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")] | None = None
    """A topic that is there; its policy must let CloudWatch and EventBridge publish. Default: one is made."""


class RequestAlarms(Model):
    """Alarms of what takes requests through the load balancer; `off`: no such alarm."""

    errors: Annotated[Limit, _threshold(0.1, 100, "percent")] = 5.0
    """Percent of a minute's requests that end in 5xx, or reach no container; of twenty requests at least."""
    latency: Annotated[Limit, _threshold(0.001, 4000, "seconds")] = 2.0
    """What 95 of 100 requests take at most."""
    unhealthy: Annotated[Limit, _threshold(1, 5000, "containers", whole=True)] = 1
    """Containers that fail the load balancer's health check."""


class TaskAlarms(Model):
    """Alarms of every service."""

    cpu: Annotated[Limit, _threshold(1, 1000, "percent")] = 90.0
    """Percent of the service's CPU, over ten minutes. On servers it may take more than 100."""
    memory: Annotated[Limit, _threshold(1, 1000, "percent")] = 90.0
    """Percent of the service's memory, over ten minutes."""


class QueueAlarms(Model):
    """Alarms of what takes messages from a queue; `off`: no such alarm."""

    queue_age: Annotated[Limit, _threshold(1, 1209600, "seconds", whole=True)] = 600
    """How long the oldest message waits."""
    dead_letters: Annotated[Limit, _threshold(1, 1_000_000, "messages", whole=True)] = 1
    """Messages that were given up."""


class WebAlarms(RequestAlarms, TaskAlarms):
    """Alarms of a web service."""


class WorkerAlarms(QueueAlarms, TaskAlarms):
    """Alarms of a worker."""


def thresholds(alarms: Model) -> dict[str, Any]:
    """By name; None where there is to be no alarm."""
    return {name: None if value == "off" else value for name, value in alarms}
