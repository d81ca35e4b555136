"""When what is scheduled is due."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.local.timetables import Timetable

NOW = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - timedelta(minutes=90)


@pytest.mark.parametrize(
    ("timetable", "is_new", "due"),
    [
        pytest.param(Timetable("rate(1 hour)", NOW, begins_at_once=True), True, NOW, id="a rate of the Scheduler, at once"),
        pytest.param(Timetable("rate(1 hour)", NOW), True, NOW + HOUR, id="a rate of a rule, after its interval"),
        pytest.param(Timetable("rate(1 hour)", LONG_AGO, begins_at_once=True), True, NOW + HOUR / 2, id="found again, in step"),
        pytest.param(Timetable("rate(1 hour)", LONG_AGO, begins_at_once=True), False, NOW + HOUR, id="changed, from now"),
        pytest.param(Timetable("rate(1 hour)", NOW, start=NOW + HOUR / 4), True, NOW + HOUR / 4, id="at its start"),
        pytest.param(Timetable("rate(1 hour)", NOW, start=NOW - HOUR / 4), True, NOW + HOUR * 3 / 4, id="in step with its start"),
        pytest.param(Timetable("cron(0 6 * * ? *)", LONG_AGO), True, NOW + 18 * HOUR, id="what was missed is not made up for"),
        pytest.param(Timetable("at(2030-01-15T11:00:00)", LONG_AGO), True, None, id="over before it was found again"),
        pytest.param(Timetable("at(2030-01-15T21:00:01)", NOW, zone="Asia/Tokyo"), True, NOW + timedelta(seconds=1), id="zone"),
        pytest.param(Timetable("rate(1 hour)", NOW, end=NOW + HOUR / 2), True, None, id="it ends before"),
        pytest.param(Timetable("rate(1 fortnight)", NOW), True, None, id="no expression"),
    ],
)
def test_it_is_first_due(timetable, is_new, due):
    assert timetable.first(NOW, is_new=is_new) == due


def test_it_is_due_next_without_those_that_were_missed():
    hourly = Timetable("rate(1 hour)", LONG_AGO)
    assert hourly.next(NOW, NOW) == NOW + HOUR
    assert hourly.next(NOW - 5 * HOUR, NOW) == NOW + HOUR
    assert Timetable("at(2030-01-15T12:00:00)", LONG_AGO).next(NOW, NOW) is None
