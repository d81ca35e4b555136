"""Spans of the week in words, `weekdays 08:00-20:00`, and the moments at which something changes by them."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {"daily": DAYS, "weekdays": DAYS[:5], "weekends": DAYS[5:]}
_SPAN = re.compile(r"(\S+) (\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY = 24 * 60
_WEEK = 7 * _DAY


@dataclass(frozen=True)
class Span:
    """A part of some days: `start` in minutes after midnight, `length` in minutes; it may go on into the next day."""

    days: tuple[int, ...]
    start: int
    length: int


def span(text: str) -> Span:
    """`weekdays 08:00-20:00`, `daily 22:00-06:00`, `mon-thu,sat 00:00-24:00`. Raises ValueError for anything else."""
    match = _SPAN.fullmatch(text.strip())
    found = _days(match[1]) if match else None
    if not match or found is None:
        raise ValueError(
            'should be days and times such as "weekdays 08:00-20:00", "daily 22:00-06:00" or "mon-thu,sat 09:00-17:30",'
            f' got "{text}"'
        )
    start, end = _minutes(match[2], match[3], text), _minutes(match[4], match[5], text)
    if start in (end, _DAY):
        raise ValueError(f'should begin before it ends, got "{text}"')
    return Span(found, start, end - start if end > start else end + _DAY - start)


def overlap(spans: Mapping[str, Span]) -> tuple[str, str] | None:
    """Two of them that hold at one moment; None where no two do."""
    parts = sorted((begin, end, name) for name, one in spans.items() for begin, end in _parts(one))
    around = [*parts, *((begin + _WEEK, end + _WEEK, name) for begin, end, name in parts[:1])]
    return next((
        (before[2], after[2]) for before, after in itertools.pairwise(around) if after[0] < before[1]
    ), None)  # fmt: skip


def crons(spans: Mapping[Span, T], otherwise: T) -> Iterator[tuple[str, T]]:
    """When what begins to hold, as expressions of Application Auto Scaling; after a span it is `otherwise`, or the next one.

    https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
    """
    begins = {begin % _WEEK: value for one, value in spans.items() for begin, _ in _parts(one)}
    ends = {end % _WEEK: otherwise for one in spans for _, end in _parts(one)}
    found: dict[tuple[int, T], list[int]] = {}
    for moment, value in sorted({**ends, **begins}.items(), key=lambda one: one[0]):
        day, minute = divmod(moment, _DAY)
        found.setdefault((minute, value), []).append(day)
    for (minute, value), days in found.items():
        which = "* * ?" if len(days) == len(DAYS) else f"? * {','.join(DAYS[day].upper() for day in days)}"
        yield f"cron({minute % 60} {minute // 60} {which} *)", value


def _parts(one: Span) -> Iterator[tuple[int, int]]:
    for day in one.days:
        yield day * _DAY + one.start, day * _DAY + one.start + one.length


def _days(text: str) -> tuple[int, ...] | None:
    names: list[str] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if part in _NAMED:
            names.extend(_NAMED[part])
        elif first in DAYS and (last or first) in DAYS and DAYS.index(first) <= DAYS.index(last or first):
            names.extend(DAYS[DAYS.index(first) : DAYS.index(last or first) + 1])
        else:
            return None
    return tuple(sorted({DAYS.index(name) for name in names}))


def _minutes(hours: str, minutes: str, text: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > _DAY:
        raise ValueError(f'should have times from 00:00 to 24:00, got "{text}"')
    return found
