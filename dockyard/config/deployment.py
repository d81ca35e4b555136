"""`deploy` of a service.yaml: how a new version takes the place of the old one. The limits are AWS's.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from dockyard.config.alarms import WebAlarms, thresholds
from dockyard.config.model import Model, number, words
from dockyard.config.problems import one_of, unknown_word
from dockyard.config.runtime import Words
from dockyard.config.shown import show

Strategy = Literal["rolling", "blue-green", "canary", "linear"]
DeploymentAlarm = Literal["errors", "latency", "unhealthy", "cpu", "memory"]
OF_REQUESTS: tuple[DeploymentAlarm, ...] = ("errors", "latency", "unhealthy")
"""Alarms that are not of the service's own metrics, so that they can be there before it."""
OF_HTTP: tuple[DeploymentAlarm, ...] = ("errors", "latency")
"""Alarms that only a service with `http` has; they fail a deployment where nothing else is said. `unhealthy` does not: new tasks
are unhealthy until they have started, so that of some deploys or scalings within five minutes the last would be taken back. The
circuit breaker counts those that do not become healthy, or do not stay so."""
LONGEST_MINUTES = 33 * 60
"""CloudFormation refuses a canary or linear deployment whose times are longer together.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-canaryconfiguration.html"""
_STAGED = ("blue-green", "canary", "linear")
_OF_ECS: Mapping[Strategy, Literal["ROLLING", "BLUE_GREEN", "CANARY", "LINEAR"]] = {
    "rolling": "ROLLING",
    "blue-green": "BLUE_GREEN",
    "canary": "CANARY",
    "linear": "LINEAR",
}
_IN_STEPS = ("canary", "linear")
_ONLY: Mapping[str, tuple[str, ...]] = {
    "percent": _IN_STEPS,
    "interval": _IN_STEPS,
    "bake": _STAGED,
    "smoke": _STAGED,
    "approve": _STAGED,
    "alternate_targets": ("rolling",),
    "early_success": ("rolling",),
}
"""Key to the strategies that have it."""
_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "canary": {"percent": 5.0, "interval": 10},
    "linear": {"percent": 10.0, "interval": 6},
}
"""AWS's own."""


def _list(value: Any) -> Any:
    """`off` is an empty list."""
    if value == "off":
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError(f"should be off, or a list of {one_of(list(get_args(DeploymentAlarm)))}, got {show(value)}")
    return value


Alarms = Annotated[
    tuple[DeploymentAlarm, ...],
    BeforeValidator(_list, json_schema_input_type=Literal["off"] | list[DeploymentAlarm]),
]


class Deployment(Model):
    """How a new version takes the place of the old one."""

    strategy: Strategy = "rolling"
    """`rolling`: new tasks get requests as they become healthy. `blue-green`: all new tasks first, then all requests go to them.
    `canary`: a share of the requests goes first. `linear`: all requests go over in equal steps."""
    percent: Annotated[float | None, number(0.1, 99.9, "percent")] = None
    """Share of the requests that a canary gets, default 5, or that each step of `linear` adds, at least 3, default 10."""
    interval: Annotated[int | None, number(0, 1440, "minutes")] = None
    """How long a canary has its share, default 10, or how long is waited between the steps of `linear`, default 6."""
    bake: Annotated[int | None, number(0, 1440, "minutes")] = None
    """How long the old tasks stay when the new ones have all requests, so that they are back at once. Default 5."""
    alarms: Alarms | None = None
    """Alarms of the service that fail a deployment and take it back; `off`: none. Default: errors and latency, as far as they are
    not off; tasks that fail health checks are the circuit breaker's."""
    failures: Annotated[int | None, number(1, 10000, "tasks")] = None
    """How many tasks may fail before a deployment is given up. Default: half of those wanted, at least 3 and at most 200."""
    test_header: Annotated[
        str, words("off, or the name of a header such as x-dockyard-test, and not Host", r"(?i:(?!host$)[a-z0-9][a-z0-9-]{0,39})")
    ] = "x-dockyard-test"
    """Requests with this header, whatever is in it, reach the new tasks before all others do; `off`: none do."""
    alternate_targets: bool = False
    """Whether a rolling service has what the other strategies need: AWS wants it there before a running service takes on one of
    them, and as long as its tasks are in the second target group."""
    early_success: bool = False
    """Whether a rolling deployment is over when all new tasks are healthy, while old ones still end."""
    before: Words | None = None
    """A command of the new version that runs once before it gets requests, such as a migration, in place of the image's CMD: a
    list of words, or a line. Where it fails, the version is not deployed."""
    smoke: Annotated[tuple[Annotated[str, words("a path that begins with /", r"/[!-~]{0,500}")], ...], Field(max_length=20)] = ()
    """Paths that the new tasks must answer with 2xx before they get requests."""
    approve: bool = False
    """Whether somebody must approve a new version before it gets requests, within a day: `dockyard approve`, or `reject`."""

    @property
    def in_stages(self) -> bool:
        """Whether the new tasks get no requests until all of them are healthy."""
        return self.strategy in _STAGED

    @property
    def ecs_strategy(self) -> Literal["ROLLING", "BLUE_GREEN", "CANARY", "LINEAR"]:
        """As ECS names it."""
        return _OF_ECS[self.strategy]

    @property
    def has_alternate_targets(self) -> bool:
        """Whether the service has a second target group."""
        return self.in_stages or self.alternate_targets

    @property
    def has_test_rule(self) -> bool:
        """Whether some requests reach the new tasks before all others do."""
        return self.has_alternate_targets and self.test_header != "off"

    @property
    def share(self) -> float | None:
        """`percent`, or its default."""
        return self._or_default("percent", self.percent)

    @property
    def wait(self) -> int | None:
        """`interval`, or its default, in minutes."""
        found = self._or_default("interval", self.interval)
        return None if found is None else int(found)

    @property
    def bake_minutes(self) -> int | None:
        """`bake`, or its default; none of rolling deployments, whose time AWS computes from the alarms."""
        return (5 if self.bake is None else self.bake) if self.in_stages else None

    def watched(self, alarms: WebAlarms, *, has_http: bool = True) -> list[str]:
        """Names of the alarms that fail a deployment."""
        there = {name for name, threshold in thresholds(alarms).items() if threshold is not None}
        there -= set() if has_http else {*OF_HTTP}
        wanted = OF_HTTP if self.alarms is None else self.alarms
        return [name for name in wanted if name in there]

    def _or_default(self, key: str, value: float | None) -> float | None:
        return _DEFAULTS.get(self.strategy, {}).get(key) if value is None else value

    @model_validator(mode="after")
    def _of_its_strategy(self) -> "Deployment":
        for key, strategies in _ONLY.items():
            if key in self.model_fields_set and self.strategy not in strategies:
                raise ValueError(f"{key} is of {one_of(list(strategies))}, which {self.strategy} is not")
        if self.percent is not None and abs(self.percent * 10 - round(self.percent * 10)) > 1e-6:
            raise ValueError(f"percent should be a multiple of 0.1, got {self.percent:g}")
        if self.strategy == "linear" and self.percent is not None and self.percent < 3:
            raise ValueError(f"percent of linear should be 3 to 99.9, got {self.percent:g}")
        if self.smoke and not self.has_test_rule:
            raise ValueError("smoke needs the rule of test requests: take test_header: off away")
        if self.minutes > LONGEST_MINUTES:
            raise ValueError(f"all its times together should be at most {LONGEST_MINUTES} minutes, got {self.minutes}")
        return self

    @property
    def minutes(self) -> int:
        """How long requests are shared and the old tasks stay, all together."""
        steps = math.ceil(100 / (self.share or 100)) - 1 if self.strategy == "linear" else 1
        return (self.bake_minutes or 0) + steps * (self.wait or 0)


def _form(value: Any) -> Any:
    """A word is the strategy."""
    if isinstance(value, str):
        if value not in get_args(Strategy):
            raise ValueError(unknown_word(list(get_args(Strategy)), value))
        return {"strategy": value}
    if not isinstance(value, dict | Deployment):
        raise ValueError(f"should be {one_of(list(get_args(Strategy)))}, or a mapping with strategy, got {show(value)}")
    return value


Deploy = Annotated[Deployment, BeforeValidator(_form, json_schema_input_type=Strategy | Deployment)]
"""A strategy, or a mapping of it."""
