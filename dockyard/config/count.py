"""How many tasks of a service run: a number, or bounds and what moves the count within them."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem
from dockyard.config.shown import show
from dockyard.config.time_zone import TimeZone
from dockyard.config.timetable import crons, overlap, span

MOST_TASKS = 5000
"""A service's quota (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html)."""
_OF_RUNNING_TASKS = ("cpu", "memory", "requests", "response_time")
"""Have no data where no task runs, so that nothing would bring the service back from none."""


def _tasks(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"should be an integer, or a mapping with max, got {show(value)}")  # pydantic wants this error
    if not 0 <= value <= MOST_TASKS:
        raise ValueError(f"should be 0 to {MOST_TASKS} (tasks), got {value}")
    return value


def _seconds(value: int) -> int:
    if value not in (20, 60):
        raise ValueError(f"should be 20 or 60 (seconds), got {value}")
    return value


def _span(value: str) -> str:
    span(value)
    return value


class Bounds(NamedTuple):
    """Fewest and most tasks."""

    min: int
    max: int


class Scheduled(Model):
    """Bounds that hold for a while. What is not given is that of `count`."""

    min: Annotated[int | None, number(0, MOST_TASKS, "tasks")] = None
    """Fewest tasks then."""
    max: Annotated[int | None, number(0, MOST_TASKS, "tasks")] = None
    """Most tasks then. With 0 the service is off."""


class Step(Model):
    """What is done while the metric is there; of several steps, the one farthest out."""

    at_least: float | None = None
    """From this value upwards."""
    at_most: float | None = None
    """From this value downwards."""
    change: Annotated[int, number(-MOST_TASKS, MOST_TASKS, "tasks")]
    """How many tasks more, or, with a minus, fewer."""

    @model_validator(mode="after")
    def _complete(self) -> "Step":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("should have either at_least or at_most")
        if self.change == 0:
            raise ValueError("change should be how many tasks more or fewer, got 0")
        return self


class MetricSteps(Model):
    """Steps by a metric of CloudWatch."""

    metric: Annotated[str, words("namespace and name such as Shop/OpenOrders or AWS/SQS/SentMessageSize", r"[^:/][^:]*/[^/:]+")]
    """Its namespace and its name."""
    dimensions: dict[str, str] = Field(default_factory=dict, max_length=30)
    """Its dimensions."""
    statistic: Annotated[
        str, words("Average, Sum, Minimum, Maximum, SampleCount or p99", r"Average|Sum|Minimum|Maximum|SampleCount|p\d\d(\.\d+)?")
    ] = "Average"
    """What is made of the values of a period."""
    period: Annotated[int, number(10, 3600, "seconds")] = 60
    """How long a period is: 10, 20, 30, or minutes. Below a minute only for metrics of high resolution."""
    at: tuple[Step, ...] = Field(min_length=1)
    """The steps."""

    @model_validator(mode="after")
    def _in_order(self) -> "MetricSteps":
        if self.period not in (10, 20, 30) and self.period % 60:
            raise ValueError(f"period should be 10, 20, 30 or a multiple of 60 (seconds), got {self.period}")
        low, high = ([value for step in self.at if (value := getattr(step, key)) is not None] for key in ("at_most", "at_least"))
        if len({*low}) < len(low) or len({*high}) < len(high):
            raise ValueError("two steps should not begin at one value")
        if low and high and max(low) >= min(high):
            raise ValueError(f"at_most should be below at_least ({min(high):g}), got {max(low):g}")
        return self


class Cooldown(Model):
    """How long is waited after a change before the next one in the same direction."""

    scale_out: Annotated[int, number(0, 3600, "seconds")] = 60
    """After tasks were added."""
    scale_in: Annotated[int, number(0, 3600, "seconds")] = 300
    """After tasks were taken away."""


class Count(Model):
    """Bounds of the number of tasks, and what moves it within them. A deploy keeps the number that runs."""

    min: Annotated[int, number(0, MOST_TASKS, "tasks")] = 1
    """Fewest tasks."""
    max: Annotated[int, number(1, MOST_TASKS, "tasks")]
    """Most tasks."""
    cpu: Annotated[int | None, number(1, 100, "percent")] = None
    """Processor use that is aimed at, in percent of `cpu`."""
    memory: Annotated[int | None, number(1, 100, "percent")] = None
    """Memory use that is aimed at, in percent of `memory`."""
    requests: Annotated[int | None, number(1, 10_000_000, "requests a minute")] = None
    """Requests a minute that each task is to get."""
    response_time: Annotated[float | None, number(0.001, 300, "seconds")] = None
    """Average time of an answer above which tasks are added."""
    backlog: Annotated[int | None, number(1, 10_000_000, "messages")] = None
    """Messages that may wait for each task: the time that they may wait, divided by the time that one takes."""
    resolution: Annotated[int, AfterValidator(_seconds)] = 60
    """Seconds between two values of cpu and memory, 20 or 60. CloudWatch charges for 20."""
    schedule: dict[Annotated[str, AfterValidator(_span)], Scheduled] = Field(default_factory=dict)
    """Other bounds at times: `weekdays 08:00-20:00: {min: 4}`, `daily 22:00-06:00: {min: 0, max: 0}`. Days are `daily`,
    `weekdays`, `weekends`, or some of `mon` to `sun`."""
    time_zone: TimeZone = "UTC"
    """Time zone of the schedule, such as Europe/Berlin; it knows summer time."""
    steps: tuple[MetricSteps, ...] = Field(default=(), max_length=20)
    """Steps by other metrics."""
    cooldown: Cooldown = Cooldown()
    """How long is waited between changes."""

    @property
    def scheduled(self) -> list[tuple[str, Bounds]]:
        """When which bounds begin to hold, as cron expressions in `time_zone`."""
        spans = {span(text): self._bounds(one) for text, one in self.schedule.items()}
        return list(crons(spans, Bounds(self.min, self.max)))

    def _bounds(self, one: Scheduled) -> Bounds:
        return Bounds(self.min if one.min is None else one.min, self.max if one.max is None else one.max)

    @model_validator(mode="after")
    def _ordered(self) -> "Count":
        if self.min > self.max:
            raise ValueError(f"min should be at most max ({self.max}), got {self.min}")
        for text, one in self.schedule.items():
            low, high = self._bounds(one)
            if low > high:
                raise ValueError(f'schedule "{text}": min should be at most max ({high}), got {low}')
        if both := overlap({text: span(text) for text in self.schedule}):
            raise ValueError(f'schedule: "{both[0]}" and "{both[1]}" should not hold at one time')
        return self

    @model_validator(mode="after")
    def _has_effect(self) -> "Count":
        tracked = [key for key in _OF_RUNNING_TASKS if getattr(self, key) is not None]
        if self.min == 0 and tracked and not (self.backlog or self.schedule or self.steps):
            raise ValueError(
                f"min should be at least 1 with {' and '.join(tracked)}, which cannot be measured where no task runs, got 0"
            )
        if self.resolution == 20 and not (self.cpu or self.memory):
            raise ValueError("resolution is that of cpu and memory; supply one of them")
        return self


def _form(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict | Count) else "<number>"


TaskCount = Annotated[
    Annotated[
        int,
        BeforeValidator(_tasks),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_TASKS, "unit": "tasks"}),
        Tag("<number>"),
    ]
    | Annotated[Count, Tag("<mapping>")],
    Discriminator(_form),
]
"""A number of tasks, or bounds."""


def count_problems(raw: Any, kind: str, *, has_http: bool, has_queue: bool) -> Iterator[Problem]:
    """Keys of `count` that a kind cannot have, as it lacks what they measure."""
    keys = raw.keys() if isinstance(raw, dict) else ()
    for key, there, what in (
        ("requests", has_http, "http"),
        ("response_time", has_http, "http"),
        ("backlog", has_queue, "a queue"),
    ):
        if key in keys and not there:
            yield Problem(("count", key), f"is of services with {what}, which kind {kind} has not")
