from datetime import UTC, datetime, timedelta

import pytest

from dockyard.local.schedules import check_rule, next_after

MONDAY = datetime(2026, 3, 2, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression, zone, expected",
    [
        ("cron(* * * * ? *)", "UTC", "2026-03-02 10:01"),
        ("cron(0/15 * * * ? *)", "UTC", "2026-03-02 10:15"),
        ("cron(5/20,59 10 * * ? *)", "UTC", "2026-03-02 10:05"),
        ("cron(0 10 * * ? *)", "UTC", "2026-03-03 10:00"),
        ("cron(0 8-18/5 * * ? *)", "UTC", "2026-03-02 13:00"),
        ("cron(0 18 ? * MON-FRI *)", "UTC", "2026-03-02 18:00"),
        ("cron(0 18 ? * sat *)", "UTC", "2026-03-07 18:00"),
        ("cron(0 0 ? * FRI-SUN *)", "UTC", "2026-03-06 00:00"),
        ("cron(0 0 ? * 1 *)", "UTC", "2026-03-08 00:00"),
        ("cron(0 0 ? * L *)", "UTC", "2026-03-07 00:00"),
        ("cron(0 0 ? * 5L *)", "UTC", "2026-03-26 00:00"),
        ("cron(0 0 ? * THUL *)", "UTC", "2026-03-26 00:00"),
        ("cron(0 0 ? * 3#2 *)", "UTC", "2026-03-10 00:00"),
        ("cron(0 0 ? * MON#5 *)", "UTC", "2026-03-30 00:00"),
        ("cron(0 0 L * ? *)", "UTC", "2026-03-31 00:00"),
        ("cron(0 0 L FEB ? 2028)", "UTC", "2028-02-29 00:00"),
        ("cron(0 0 LW 5 ? *)", "UTC", "2026-05-29 00:00"),
        ("cron(0 0 15W MAR ? *)", "UTC", "2026-03-16 00:00"),
        ("cron(0 0 14W MAR ? *)", "UTC", "2026-03-13 00:00"),
        ("cron(0 0 1W AUG ? *)", "UTC", "2026-08-03 00:00"),
        ("cron(0 0 31W MAY ? *)", "UTC", "2026-05-29 00:00"),
        ("cron(0 0 31 * ? *)", "UTC", "2026-03-31 00:00"),
        ("cron(0 0 29 2 ? *)", "UTC", "2028-02-29 00:00"),
        ("cron(0 0 1 JAN,JUL ? 2027-2029)", "UTC", "2027-01-01 00:00"),
        ("cron(0 9 * * ? *)", "America/New_York", "2026-03-02 14:00"),
        ("cron(30 0 ? * TUE *)", "Asia/Tokyo", "2026-03-02 15:30"),
        ("at(2026-03-02T12:00:00)", "Europe/Berlin", "2026-03-02 11:00"),
    ],
)
def test_it_is_due(expression, zone, expected):
    due = next_after(expression, MONDAY, zone)
    assert due is not None
    assert due.astimezone(UTC).strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize("expression", ["cron(0 0 30 2 ? *)", "cron(0 0 1 1 ? 2020)", "at(2026-03-02T10:00:30)"])
def test_it_is_never_due_again(expression):
    assert next_after(expression, MONDAY) is None


@pytest.mark.parametrize("unit, step", [("1 minute", 60), ("5 minutes", 300), ("2 hours", 7200), ("1 day", 86400)])
def test_a_rate_counts_from_the_moment(unit, step):
    assert next_after(f"rate({unit})", MONDAY) == MONDAY + timedelta(seconds=step)


def test_a_time_that_summer_time_leaves_out_is_skipped():
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    due = next_after("cron(30 2 * * ? *)", before, "Europe/Berlin")
    assert due is not None
    assert due.astimezone(UTC) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_due_once():
    first = next_after("cron(30 2 * * ? *)", datetime(2026, 10, 24, 12, tzinfo=UTC), "Europe/Berlin")
    assert first is not None
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = next_after("cron(30 2 * * ? *)", first, "Europe/Berlin")
    assert second is not None
    assert second.astimezone(UTC) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "", "noon", "cron()", "cron(* * * * * *)", "cron(* * ? * ? *)", "cron(60 * * * ? *)", "cron(* 24 * * ? *)",
        "cron(* * 32 * ? *)", "cron(* * * 13 ? *)", "cron(* * ? * 8 *)", "cron(* * ? * 0 *)", "cron(* * * * ?)",
        "cron(* * * * ? 1969)", "cron(0/0 * * * ? *)", "cron(* * ? * MON#6 *)", "cron(* * ? * FOO *)", "rate(0 minutes)",
        "rate(1 second)", "rate(1.5 hours)", "at(2026-13-01T00:00:00)", "at(2026-03-02)", "cron(0 0 W * ? *)",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(ValueError, match="Invalid Schedule Expression"):
        next_after(expression, MONDAY)


@pytest.mark.parametrize("expression", ["cron(* * * * ? *)", "rate(1 hour)", "at(2026-03-02T12:00:00)"])
def test_what_is_no_time_zone_is_refused(expression):
    with pytest.raises(ValueError, match="Invalid time zone Mars/Olympus"):
        next_after(expression, MONDAY, "Mars/Olympus")


@pytest.mark.parametrize(
    "schedule, pattern",
    [("rate(1 minute)", None), ("rate(12 hours)", None), ("cron(0 9 * * ? *)", ""), (None, {"source": ["shop"]})],
)
def test_a_rule_has_a_schedule_or_a_pattern(schedule, pattern):
    check_rule(schedule, pattern)


@pytest.mark.parametrize("schedule", ["rate(1 minutes)", "rate(5 minute)", "rate(0 days)", None, ""])
def test_a_rule_that_cannot_be_is_refused(schedule):
    with pytest.raises(ValueError, match="Parameter"):
        check_rule(schedule, None)
