"""When a job runs: an expression of EventBridge Scheduler, looked at as far as AWS does before it takes it.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from dockyard.config.model import words

_ONE_OF_MANY = re.compile(r"rate\(1 (minute|hour|day)s\)")


def _one_is_singular(expression: str) -> str:
    """EventBridge Scheduler takes no other."""
    if match := _ONE_OF_MANY.fullmatch(expression):
        raise ValueError(f'1 wants the singular: rate(1 {match[1]}), got "{expression}"')
    return expression


_FORMS = words(
    "cron(minute hour day month weekday year), rate(5 minutes) or at(2027-01-31T03:00:00)",
    r"cron\(\S+( \S+){5}\)|rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)"
    r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)",
)


@dataclass(frozen=True)
class _Field:
    """One of the six of a cron expression: its bounds, names in the place of numbers, and what else it may be."""

    low: int
    high: int
    names: str = ""
    special: str = ""

    def takes(self, text: str) -> bool:
        """Whether each part is a value, a span or `*`, perhaps by steps, or something of this field's own."""
        return all(re.fullmatch(self.special, part) or self._is_span(part) for part in text.upper().split(","))

    def _is_span(self, text: str) -> bool:
        span, slash, step = text.partition("/")
        if slash and not (step.isascii() and step.isdigit() and int(step)):
            return False
        return span == "*" or all(self._is_value(value) for value in span.split("-", 1))

    def _is_value(self, text: str) -> bool:
        if text.isascii() and text.isdigit():
            return self.low <= int(text) <= self.high
        return text in self.names.split()


_CRON: Mapping[str, _Field] = {
    "minute": _Field(0, 59),
    "hour": _Field(0, 23),
    "day": _Field(1, 31, special=r"\?|L|LW|([1-9]|[12]\d|3[01])W"),
    "month": _Field(1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    "weekday": _Field(1, 7, "SUN MON TUE WED THU FRI SAT", r"\?|L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"),
    "year": _Field(1970, 2199),
}


def _there_is_such_a_time(expression: str) -> str:
    form, inner = expression.removesuffix(")").split("(", 1)
    if form == "at":
        try:
            datetime.fromisoformat(inner)
        except ValueError as error:
            raise ValueError(f'should be a time that there is, got "{inner}": {error}') from error
    if form == "cron":
        parts = dict(zip(_CRON, inner.split(" "), strict=True))
        for name, part in parts.items():
            if not _CRON[name].takes(part):
                raise ValueError(f'{name} of cron(…) should be {_CRON[name].low} to {_CRON[name].high} or *, got "{part}"')
        if (parts["day"] == "?") == (parts["weekday"] == "?"):
            raise ValueError(
                f'day or weekday of cron(…) should be ?, and not both, got "{parts["day"]}" and "{parts["weekday"]}"'
            )
    return expression


Schedule = Annotated[str, AfterValidator(_one_is_singular), _FORMS, AfterValidator(_there_is_such_a_time)]
"""`cron(0 3 * * ? *)`, `rate(5 minutes)` or `at(2027-01-31T03:00:00)`."""
