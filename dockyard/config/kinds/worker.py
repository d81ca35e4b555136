"""`kind: worker`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dockyard.config.alarms import WorkerAlarms
from dockyard.config.count import TaskCount
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container
from dockyard.config.model import Model, number, words


class Queue(Model):
    """The queue that the messages are in. What was received too often goes to a second one, which keeps it for 14 days."""

    visibility_timeout: Annotated[int, number(1, 43200, "seconds")] = 60
    """How long a message that was received is hidden from others: longer than its work takes. A container that is told to
    stop has as long, at most 120 seconds."""
    retention: Annotated[int, number(1, 14, "days")] = 4
    """How long a message waits at most."""
    max_receives: Annotated[int, number(1, 1000)] = 5
    """How often a message is received before it goes to the dead-letter queue."""


class Topic(Model):
    """A topic of SNS whose messages come into the queue, as they were published."""

    name: Annotated[
        str,
        words(
            "the name of a topic of this account and region, or the ARN of any",
            r"[A-Za-z0-9_-]{1,256}|arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}",
        ),
    ]
    """Its name where it is in this account and region, else its ARN."""
    filter: dict[str, Any] | None = None
    """Which of its messages, in SNS's language: `{type: [created]}`. Default: all."""
    filter_on: Literal["attributes", "body"] = "attributes"
    """What the filter looks at."""


class Worker(Container):
    """A service that takes messages from a queue of its own, which it finds by QUEUE_URL."""

    kind: Literal["worker"]
    """What the service is. The same in every environment."""
    count: TaskCount = 1
    """How many tasks run: a number, or bounds and what moves the number within them, such as `backlog`. It may be none."""
    queue: Queue = Queue()
    """Its queue, which is made with it."""
    topics: tuple[Topic, ...] = Field(default=(), max_length=100)
    """Topics whose messages come into the queue, too."""
    calls: Calls = ()
    """Backends that it calls by name."""
    alarms: WorkerAlarms = WorkerAlarms()
    """What is too much."""
