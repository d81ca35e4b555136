"""When a schedule expression of AWS is due: `at(...)`, `rate(...)` and `cron(...)`, in a time zone.

The cron of AWS has six fields (minutes, hours, day of month, month, day of week, year) with names, ranges, lists, steps, `?`,
`L`, `W` and `#`. A time that a change to summer time leaves out is skipped; one that comes twice is due once, the first time.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FORM = re.compile(r"(at|rate|cron)\(([^()]*)\)")
_RATE = re.compile(r"([1-9]\d*) (minute|hour|day)s?")
_RATE_OF_RULE = re.compile(r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_YEARS = range(1970, 2200)

DayTest = Callable[[date], bool]


def next_after(expression: str, moment: datetime, zone: str = "UTC") -> datetime | None:
    """The first time after `moment` (which knows its zone) that the expression is due; None where it is not any more.

    A rate counts from `moment`. Raises ValueError, in AWS's words, for what is no expression or no time zone.
    """
    found = _FORM.fullmatch(expression)
    if not found:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    form, inner = found.groups()
    info = _zone(zone)
    try:
        if form == "at":
            due = datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=info)
            return due if due.astimezone(UTC) > moment else None
        if form == "rate":
            return moment + _interval(inner)
        return _Cron.read(inner).next_after(moment, info)
    except (ValueError, IndexError) as error:
        raise ValueError(f"Invalid Schedule Expression {expression}.") from error


def check_rule(schedule: str | None, pattern: object) -> None:
    """What a rule of EventBridge must have; the Scheduler, unlike it, takes `rate(1 hours)`.

    Raises ValueError, in AWS's words. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html
    """
    if not schedule and not pattern:
        raise ValueError("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if schedule and schedule.startswith("rate(") and not _RATE_OF_RULE.fullmatch(schedule):
        raise ValueError("Parameter ScheduleExpression is not valid.")


@lru_cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"Invalid time zone {name}") from error


def _interval(text: str) -> timedelta:
    found = _RATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1]) * {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}[found[2]]


@dataclass(frozen=True)
class _Cron:
    """The six fields, read."""

    minutes: list[int]
    hours: list[int]
    day: DayTest
    months: set[int]
    years: list[int]

    @staticmethod
    @lru_cache
    def read(text: str) -> "_Cron":
        minutes, hours, of_month, months, of_week, years = text.upper().split()
        if (of_month == "?") == (of_week == "?"):
            raise ValueError("one of day of month and day of week is ?, the other is not")
        tests = [_of_month(part) for part in of_month.split(",")] if of_week == "?" else [_of_week(p) for p in of_week.split(",")]
        return _Cron(
            sorted(_numbers(minutes, range(60))),
            sorted(_numbers(hours, range(24))),
            lambda day: any(test(day) for test in tests),
            _numbers(months, range(1, 13), _MONTHS),
            sorted(_numbers(years, _YEARS)),
        )

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        begin = moment.astimezone(zone).date()
        return next((due for day in self._days(begin) for due in self._times(day, zone) if due.astimezone(UTC) > moment), None)

    def _days(self, begin: date) -> Iterator[date]:
        for year in self.years:
            for month in sorted(self.months) if year >= begin.year else ():
                days = (date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1))
                yield from (day for day in days if day >= begin and self.day(day))

    def _times(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                due = datetime.combine(day, time(hour, minute), zone)
                if due.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == due.replace(tzinfo=None):  # it exists that day
                    yield due


def _numbers(field: str, allowed: range, names: dict[str, int] | None = None) -> set[int]:
    """Numbers that a list of `*`, `a`, `a-b`, each with `/step`, means. A range may go round the end, as FRI-MON does."""
    found: set[int] = set()
    for part in field.split(","):
        base, slash, step = part.partition("/")
        first, dash, last = base.partition("-")
        low = allowed[0] if base == "*" else _number(first, allowed, names)
        high = _number(last, allowed, names) if dash else allowed[-1] if base == "*" or slash else low
        if slash and int(step) < 1:
            raise ValueError(part)
        numbers = range(low, high + 1) if low <= high else [*range(low, allowed[-1] + 1), *range(allowed[0], high + 1)]
        found.update(numbers[:: int(step) if slash else 1])
    return found


def _number(text: str, allowed: range, names: dict[str, int] | None) -> int:
    number = (names or {}).get(text)
    number = int(text) if number is None else number
    if number not in allowed:
        raise ValueError(text)
    return number


def _of_month(part: str) -> DayTest:
    """`L` is the last day, `15W` the weekday nearest to the 15th within the month, `LW` the last weekday."""
    if part == "L":
        return lambda day: day.day == _last(day).day
    if part == "LW":
        return lambda day: day == _nearest_weekday(_last(day))
    if part.endswith("W"):
        number = _number(part[:-1], range(1, 32), None)
        return lambda day: number <= _last(day).day and day == _nearest_weekday(day.replace(day=number))
    numbers = _numbers(part, range(1, 32))
    return lambda day: day.day in numbers


def _of_week(part: str) -> DayTest:
    """1 is Sunday. `L` is Saturday, `5L` the last Thursday of the month, `5#2` the second one."""
    if part == "L":
        return lambda day: _weekday(day) == 7
    if part.endswith("L"):
        wanted = _number(part[:-1], range(1, 8), _DAYS)
        return lambda day: _weekday(day) == wanted and (day + timedelta(days=7)).month != day.month
    if "#" in part:
        name, _, count = part.partition("#")
        of_week, nth = _number(name, range(1, 8), _DAYS), _number(count, range(1, 6), None)
        return lambda day: _weekday(day) == of_week and (day.day + 6) // 7 == nth
    numbers = _numbers(part, range(1, 8), _DAYS)
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _last(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _nearest_weekday(day: date) -> date:
    if _weekday(day) == 7:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if _weekday(day) == 1:
        return day + timedelta(days=1) if day < _last(day) else day - timedelta(days=2)
    return day
