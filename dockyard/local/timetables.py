"""When something that is scheduled is due for the first time, and the next.

What was missed while nobody looked is not made up for.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dockyard.local import schedules

JUST_NOW = timedelta(seconds=5)


@dataclass(frozen=True)
class Timetable:
    """Of one schedule or rule. All moments know their zone."""

    expression: str
    made: datetime
    zone: str = "UTC"
    start: datetime | None = None
    end: datetime | None = None
    begins_at_once: bool = False
    """A rate without a start is due when it is made; else after its first interval."""

    def first(self, now: datetime, *, is_new: bool) -> datetime | None:
        """When it is due, as seen `now`; None where it is never more.

        `is_new` where it was not seen before. It is made just now, or was there before the local AWS began.
        """
        is_fresh = is_new and now - self.made < JUST_NOW
        if not self.expression.startswith("rate("):
            begin = self.made if is_fresh else now
            return self._within(self._after(max(self.start or begin, begin)))
        if self.start and self.start > now:
            return self._within(self.start)
        if self.begins_at_once and is_fresh and not self.start:
            return self._within(now)
        return self._within(self._in_step(self.start or (self.made if is_new else now), now))

    def next(self, due: datetime, now: datetime) -> datetime | None:
        """When it is due after it was."""
        following = self._after(due)
        return self._within(self._after(now) if following and following < now else following)

    def _in_step(self, begin: datetime, now: datetime) -> datetime | None:
        """The next time of a rate that has counted from `begin`."""
        second = self._after(begin)
        return second and begin + ((now - begin) // (second - begin) + 1) * (second - begin)

    def _after(self, moment: datetime) -> datetime | None:
        try:
            return schedules.next_after(self.expression, moment.astimezone(UTC), self.zone)
        except ValueError:
            return None

    def _within(self, due: datetime | None) -> datetime | None:
        return None if due and self.end and due > self.end else due
