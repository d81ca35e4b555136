"""`kind: worker`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dockyard.config.alarms import WorkerAlarms
from dockyard.config.count import TaskCount
from dockyard.config.kinds.calls import Calls
from dockyard.config.kinds.container import Container
from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem
from dockyard.config.resources import Resource, TopicResource, check_fifo
from dockyard.config.shown import show


class Queue(Model):
    """The queue that the messages are in. What was received too often goes to a second one, which keeps it for 14 days."""

    visibility_timeout: Annotated[int, number(1, 43200, "seconds")] = 60
    """How long a message that was received is hidden from others: longer than its work takes. A container that is told to
    stop has as long, at most 120 seconds."""
    retention: Annotated[int, number(1, 14, "days")] = 4
    """How long a message waits at most."""
    max_receives: Annotated[int, number(1, 1000)] = 5
    """How often a message is received before it goes to the dead-letter queue."""
    fifo: bool = False
    """Whether messages of one group come in their order, one after the other, and each once. The dead letters are likewise.
    Another value makes other queues: what waits in the old ones is gone."""
    content_based_deduplication: bool = False
    """Whether two messages with the same body within five minutes are one, where the sender gives no id. For `fifo`."""

    @model_validator(mode="after")
    def _deduplicated_in_order(self) -> "Queue":
        check_fifo(fifo=self.fifo, by_content=self.content_based_deduplication)
        return self


class Topic(Model):
    """A topic of SNS whose messages come into the queue, as they were published."""

    name: Annotated[
        str,
        words(
            "the name of a topic in dockyard.yaml, or of this account and region, or the ARN of any",
            r"[A-Za-z0-9_-]{1,256}(\.fifo)?|arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?",
        ),
    ]
    """That of a topic in `resources` of dockyard.yaml, else its name where it is in this account and region, else its ARN."""
    filter: dict[str, Any] | None = None
    """Which of its messages, in SNS's language: `{type: [created]}`. Default: all."""
    filter_on: Literal["attributes", "body"] = "attributes"
    """What the filter looks at."""


def topic_names(service: Container) -> list[str]:
    """Names and ARNs of the topics whose messages it takes."""
    return [topic.name for topic in service.topics] if isinstance(service, Worker) else []


def topic_problems(raw: Mapping[str, Any], shared: Mapping[str, Resource]) -> Iterator[Problem]:
    """Topics that are none in dockyard.yaml, or whose messages cannot come into the queue.

    https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html
    """
    queue, topics = raw.get("queue"), raw.get("topics")
    ordered = isinstance(queue, dict) and queue.get("fifo") is True
    for index, topic in enumerate(topics if isinstance(topics, list) else []):
        name = topic.get("name") if isinstance(topic, dict) else None
        if not isinstance(name, str):
            continue
        resource = shared.get(name)
        if resource is not None and not isinstance(resource, TopicResource):
            yield Problem(("topics", index, "name"), f"should be a topic, and {name} is a {resource.kind} in dockyard.yaml")
        elif ordered and not (resource.is_fifo if resource else name.endswith(".fifo")):
            message = f"a FIFO queue takes messages of FIFO topics alone, whose names in AWS end with .fifo, got {show(name)}"
            yield Problem(("topics", index, "name"), message)


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
