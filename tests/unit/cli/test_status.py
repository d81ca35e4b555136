"""What `dockyard status` shows."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.cli import screen, status
from dockyard.cli.status import _lines, kept
from dockyard.operate.status import Health, Queue, Runs, State, Status, Tasks
from dockyard.operate.stopped import Failure
from dockyard.operate.version import Version

HOUR = timedelta(hours=1, seconds=20)


def found() -> list[Status]:
    """As of now."""
    now = datetime.now(UTC)
    return [
        Status(
            "checkout-page", "backend", State.TOO_FEW_TASKS, None, now - HOUR * 3, Version("i", "0" * 20, "a" * 40 + "-dirty"),
            Tasks(20, 10, 10), Health(10, 10), alarms=["shop-dev-checkout-page-cpu"],
            failure=Failure(now - HOUR, "Essential container in task exited; app exited with 3", "t" * 32),
        ),
        Status("mail", "worker", State.STEADY, None, now - HOUR, Version("i", "1" * 20), Tasks(1, 1, 0), queue=Queue(12, 3, 2)),
        Status("night", "job", State.SUCCEEDED, runs=Runs(now - HOUR, now, now + HOUR)),
        Status("new", "web", State.NOT_DEPLOYED),
        Status("shop", "web", State.STEADY, maintenance=True),
    ]  # fmt: skip


def test_a_line_a_service_and_what_is_to_be_known_besides():
    assert [line.plain for line in _lines(found(), 100)] == [
        "service        kind     tasks     state          health                image         commit    age",
        "checkout-page  backend  10 of 20  too few tasks  10 of 10              000000000000  aaaaaaa+  3 h",
        "mail           worker   1 of 1    steady         12 waiting, 2 dead    111111111111            1 h",
        "night          job                succeeded      1 h ago, next in 1 h",
        "new            web                not deployed",
        "shop           web                steady",
        "  checkout-page: 10 more start",
        "! checkout-page: alarm shop-dev-checkout-page-cpu",
        "! checkout-page: task tttttttt 1 h ago: Essential container in task exited; app exited with 3",
        "  its lines: dockyard logs checkout-page --stopped",
        "! shop: in maintenance: clients get its page (http.maintenance in service.yaml)",
    ]


def test_what_is_known_by_the_deployment_is_not_told_once_more_of_its_task():
    failure = Failure(datetime.now(UTC), "app exited with 1", "t" * 32)
    status = Status("shop", "web", State.ROLLED_BACK, "task tttttttt stopped: app exited with 1", failure=failure)
    assert [line.plain for line in _lines([status], 100)][2:] == [
        "! shop: task tttttttt stopped: app exited with 1",
        "  its lines: dockyard logs shop --stopped",
    ]


def test_a_narrow_terminal_does_without_the_version():
    assert next(_lines(found(), 80)).plain == "service        kind     tasks     state          health                commit"


def test_what_aws_does_not_tell_stays_as_it_was_with_the_reason():
    good, lost = Status("mail", "worker", State.STEADY), Status("mail", "worker", State.UNKNOWN, "throttled")
    assert kept([lost], []) == [lost]
    assert kept([lost], [good]) == [Status("mail", "worker", State.STEADY, "throttled")]
    assert kept([good], [lost]) == [good]


def test_without_a_terminal_each_look_is_printed_and_an_interrupt_ends_it_at_once(monkeypatch, capsys):
    class Lookout:
        looks = 0

        def look(self, _):
            self.looks += 1
            if self.looks > 2:
                raise KeyboardInterrupt
            return [Status("mail", "worker", State.STEADY)]

    def leave(code):
        raise SystemExit(code)

    monkeypatch.setattr(status, "PAUSE", 0.2)
    monkeypatch.setattr(screen, "leave", leave)
    with pytest.raises(SystemExit) as caught:
        lock = iter(["locked by anna for dockyard deploy", None, None]).__next__
        status._watch(status._Look(Lookout(), ["mail"], lock, lambda: ["shop-dev-old is still there"]), "shop in dev")
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert out.count("mail     worker  steady") == 2
    assert out.count("locked by anna for dockyard deploy") == 1
    assert out.count("! shop-dev-old is still there; to delete it: dockyard deploy --prune") == 2
