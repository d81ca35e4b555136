"""Schedules of jobs: what AWS takes is taken, what it would refuse is told with the field."""

import pytest


@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 3 * * ? *)", "cron(0/15 8-18 ? * MON-FRI *)", "cron(0,30 9 L * ? 2027)", "cron(0 9 ? * 2#1 *)", "cron(5 0 15W * ? *)",
        "cron(0 9 ? JAN,jul 6L 2027-2030)", "cron(*/5 * ? * sun *)", "cron(0 0 LW */3 ? *)", "rate(1 hour)", "at(2028-02-29T03:00:00)",
    ],
)  # fmt: skip
def test_good_ones(files, schedule):
    files.service(f"kind: job\nschedule: {schedule}")
    assert files.load().environment().services["web"].schedule == schedule


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        ("cron(99 3 * * ? *)", 'minute of cron(…) should be 0 to 59 or *, got "99"'),
        ("cron(0 24 * * ? *)", 'hour of cron(…) should be 0 to 23 or *, got "24"'),
        ("cron(0 3 0 * ? *)", 'day of cron(…) should be 1 to 31 or *, got "0"'),
        ("cron(0 3 ? * 0 *)", 'weekday of cron(…) should be 1 to 7 or *, got "0"'),
        ("cron(0 3 ? * MON-FUN *)", 'weekday of cron(…) should be 1 to 7 or *, got "MON-FUN"'),
        ("cron(0/0 3 * * ? *)", 'minute of cron(…) should be 0 to 59 or *, got "0/0"'),
        ("cron(0 3 * * * *)", 'day or weekday of cron(…) should be ?, and not both, got "*" and "*"'),
        ("cron(0 3 ? * ? *)", 'day or weekday of cron(…) should be ?, and not both, got "?" and "?"'),
        ("at(2027-02-31T03:00:00)", 'should be a time that there is, got "2027-02-31T03:00:00": day is out of range for month'),
    ],
)
def test_bad_ones_are_told_with_the_field(files, schedule, text):
    files.service(f"kind: job\nschedule: {schedule}")
    assert files.problems() == [f"services/web/service.yaml: schedule: {text}"]
