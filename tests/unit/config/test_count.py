"""`count` of a service.yaml: a number, or bounds and what moves the number within them."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dockyard.config.count import Bounds, Count, count_problems


def count(files, text):
    files.service(f"kind: web\ncount: {text}")
    return files.load().environment().services["web"].count


def test_a_number_is_a_number(files):
    assert count(files, "3") == 3


def test_bounds_alone_wait_for_who_scales_by_hand(files):
    found = count(files, "{max: 4}")
    assert (found.min, found.max, found.cpu, found.scheduled) == (1, 4, None, [])
    assert (found.cooldown.scale_out, found.cooldown.scale_in, found.resolution) == (60, 300, 60)


def test_all_of_it_reaches_the_model(files):
    found = count(files, """
              min: 2
              max: 20
              cpu: 60
              memory: 70
              requests: 1000
              response_time: 0.5
              resolution: 20
              schedule: {weekdays 08:00-20:00: {min: 4}}
              time_zone: Europe/Berlin
              steps: [{metric: Shop/Open Orders, dimensions: {Shop: a}, statistic: p95, period: 30, at: [{at_least: 100, change: +2}]}]
              cooldown: {scale_out: 0, scale_in: 600}
    """.replace("\n          ", "\n"))  # fmt: skip
    assert (found.min, found.max, found.cpu, found.memory, found.requests, found.response_time) == (2, 20, 60, 70, 1000, 0.5)
    (steps,) = found.steps
    assert (steps.metric, steps.dimensions, steps.at[0].at_least, steps.at[0].change) == (
        "Shop/Open Orders",
        {"Shop": "a"},
        100,
        2,
    )
    assert found.cooldown.scale_in == 600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "count: should be 0 to 5000 (tasks), got -1"),
        ("5001", "count: should be 0 to 5000 (tasks), got 5001"),
        ("many", 'count: should be an integer, or a mapping with max, got "many"'),
        ("1.5", "count: should be an integer, or a mapping with max, got 1.5"),
        ("true", "count: should be an integer, or a mapping with max, got true"),
        ("", "count: should be an integer, or a mapping with max, got nothing"),
        ("{cpu: 60}", "count.max: is required: most tasks"),
        ("{min: 5, max: 3}", "count: min should be at most max (3), got 5"),
        ("{max: 0}", "count.max: should be 1 to 5000 (tasks), got 0"),
        ("{max: 4, cpu: 101}", "count.cpu: should be 1 to 100 (percent), got 101"),
        ("{max: 4, cpus: 50}", "count.cpus: unknown key; did you mean cpu?"),
        ("{min: 0, max: 4, cpu: 50}", "count: min should be at least 1 with cpu, which cannot be measured where no task runs, got 0"),
        ("{max: 4, backlog: 9}", "count.backlog: is of services with a queue, which kind web has not"),
        ("{max: 4, cpu: 50, resolution: 30}", "count.resolution: should be 20 or 60 (seconds), got 30"),
        ("{max: 4, resolution: 20}", "count: resolution is that of cpu and memory; supply one of them"),
        ("{max: 4, time_zone: Mars/Base}",
         'count.time_zone: should be the name of a time zone such as Europe/Berlin, got "Mars/Base"'),
        ("{max: 4, schedule: {at night: {max: 0}}}",
         'count.schedule.at night: should be days and times such as "weekdays 08:00-20:00", "daily 22:00-06:00" or'
         ' "mon-thu,sat 09:00-17:30", got "at night"'),
        ("{max: 4, schedule: {daily 08:00-25:00: {max: 2}}}",
         'count.schedule.daily 08:00-25:00: should have times from 00:00 to 24:00, got "daily 08:00-25:00"'),
        ("{max: 4, schedule: {daily 08:00-08:00: {max: 2}}}",
         'count.schedule.daily 08:00-08:00: should begin before it ends, got "daily 08:00-08:00"'),
        ("{max: 4, schedule: {daily 08:00-09:00: {min: 5}}}",
         'count: schedule "daily 08:00-09:00": min should be at most max (4), got 5'),
        ("{max: 4, schedule: {weekdays 20:00-08:00: {min: 0}, sat 07:00-09:00: {min: 2}}}",
         'count: schedule: "weekdays 20:00-08:00" and "sat 07:00-09:00" should not hold at one time'),
        ("{max: 4, schedule: {sun 20:00-08:00: {min: 0}, mon 07:00-09:00: {min: 2}}}",
         'count: schedule: "sun 20:00-08:00" and "mon 07:00-09:00" should not hold at one time'),
        ("{max: 4, steps: [{metric: Orders, at: [{at_least: 1, change: 1}]}]}",
         'count.steps[0].metric: should be namespace and name such as Shop/OpenOrders or AWS/SQS/SentMessageSize, got "Orders"'),
        ("{max: 4, steps: [{metric: A/b, at: []}]}", "count.steps[0].at: should have at least 1, got 0"),
        ("{max: 4, steps: [{metric: A/b, at: [{change: 1}]}]}", "count.steps[0].at[0]: should have either at_least or at_most"),
        ("{max: 4, steps: [{metric: A/b, at: [{at_least: 1, change: 0}]}]}",
         "count.steps[0].at[0]: change should be how many tasks more or fewer, got 0"),
        ("{max: 4, steps: [{metric: A/b, at: [{at_least: 1, change: 1}, {at_most: 2, change: -1}]}]}",
         "count.steps[0]: at_most should be below at_least (1), got 2"),
        ("{max: 4, steps: [{metric: A/b, period: 45, at: [{at_least: 1, change: 1}]}]}",
         "count.steps[0]: period should be 10, 20, 30 or a multiple of 60 (seconds), got 45"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_key(problem, text, said):
    assert problem(f"count: {text}") == f"services/web/service.yaml: {said}"


def test_an_environment_changes_a_bound_or_goes_back_to_a_number(files):
    files.service("kind: web\ncount: {min: 2, max: 9, cpu: 50}\nenvironments: {dev: {count: 1}, prod: {count: {max: 99}}}")
    project = files.load()
    assert project.environment("dev").services["web"].count == 1
    assert project.environment("prod").services["web"].count == Count(min=2, max=99, cpu=50)


def test_a_kind_without_http_or_queue_cannot_scale_by_them():
    raw = {"max": 3, "requests": 5, "response_time": 1, "backlog": 9}
    without = [problem.text("f") for problem in count_problems(raw, "task", has_http=False, has_queue=False)]
    assert without == [
        "f: count.requests: is of services with http, which kind task has not",
        "f: count.response_time: is of services with http, which kind task has not",
        "f: count.backlog: is of services with a queue, which kind task has not",
    ]
    assert list(count_problems(raw, "all", has_http=True, has_queue=True)) == []


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"weekdays 08:00-20:00": {"min": 4}},
         [("cron(0 8 ? * MON,TUE,WED,THU,FRI *)", (4, 9)), ("cron(0 20 ? * MON,TUE,WED,THU,FRI *)", (1, 9))]),
        ({"daily 22:30-06:00": {"min": 0, "max": 0}}, [("cron(0 6 * * ? *)", (1, 9)), ("cron(30 22 * * ? *)", (0, 0))]),
        ({"fri 18:00-24:00": {"max": 2}, "weekends 00:00-24:00": {"max": 3}},
         [("cron(0 0 ? * MON *)", (1, 9)), ("cron(0 18 ? * FRI *)", (1, 2)), ("cron(0 0 ? * SAT,SUN *)", (1, 3))]),
        ({"mon-tue,sun 23:00-01:00": {"min": 2}},
         [("cron(0 1 ? * MON,TUE,WED *)", (1, 9)), ("cron(0 23 ? * MON,TUE,SUN *)", (2, 9))]),
    ],
)  # fmt: skip
def test_a_schedule_changes_the_bounds_at_both_ends_and_what_follows_at_once_has_no_gap(schedule, expected):
    found = Count.model_validate({"max": 9, "schedule": schedule}).scheduled
    assert sorted(found) == sorted((cron, Bounds(*bounds)) for cron, bounds in expected)


def test_the_page_on_scaling_shows_what_is_taken():
    page = (Path(__file__).parents[3] / "docs/scaling.md").read_text()
    shown = [YAML(typ="safe", pure=True).load(text)["count"] for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    web, worker = map(Count.model_validate, shown)
    keys = {
        "min",
        "max",
        "cpu",
        "memory",
        "requests",
        "response_time",
        "resolution",
        "time_zone",
        "schedule",
        "steps",
        "cooldown",
    }
    assert set(shown[0]) == keys
    assert set(Count.model_fields) == keys | set(shown[1])
    assert len(web.scheduled) == 4
    assert worker.backlog == 100
