"""The `alarms` parts of dockyard.yaml (who is told) and service.yaml (what is too much)."""

from typing import Annotated, Literal

from dockyard.config.model import Model, number, words

Off = Literal["off"]
Email = Annotated[str, words("an e-mail address", r"[^@\s]+@[^@\s]+\.[^@\s]+")]


class Notify(Model):
    """Who is told when an alarm goes off, and when tasks end by themselves."""

    email: tuple[Email, ...] = ()
    """Addresses. AWS asks each once whether it wants to be told."""
    topic: Annotated[str, words("the ARN of an SNS topic", r"arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")] | None = None
    """A topic that is there. Default: one is made."""


class RequestAlarms(Model):
    """Alarms of what takes requests through the load balancer; `off`: no such alarm."""

    errors: Annotated[float, number(0.1, 100, "percent")] | Off = 5
    """Percent of a minute's requests that end in 5xx, or reach no container; of twenty requests at least."""
    latency: Annotated[float, number(0.001, 4000, "seconds")] | Off = 2
    """What 95 of 100 requests take at most."""
    unhealthy: Annotated[int, number(1, 5000, "containers")] | Off = 1
    """Containers that fail the load balancer's health check."""


class TaskAlarms(Model):
    """Alarms of every service."""

    cpu: Annotated[float, number(1, 1000, "percent")] | Off = 90
    """Percent of the service's CPU, over ten minutes. On servers it may take more than 100."""
    memory: Annotated[float, number(1, 1000, "percent")] | Off = 90
    """Percent of the service's memory, over ten minutes."""


class QueueAlarms(Model):
    """Alarms of what takes messages from a queue; `off`: no such alarm."""

    queue_age: Annotated[int, number(1, 1209600, "seconds")] | Off = 600
    """How long the oldest message waits."""
    dead_letters: Annotated[int, number(1, 1_000_000, "messages")] | Off = 1
    """Messages that were given up."""


class WebAlarms(RequestAlarms, TaskAlarms):
    """Alarms of a web service."""


class WorkerAlarms(QueueAlarms, TaskAlarms):
    """Alarms of a worker."""


def thresholds(alarms: Model) -> dict[str, float | None]:
    """By name; None where there is to be no alarm."""
    return {name: None if value == "off" else value for name, value in alarms.model_dump().items()}
