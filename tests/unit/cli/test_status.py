"""What `dockyard status` shows."""

from datetime import UTC, datetime, timedelta

from dockyard.cli.status import _lines
from dockyard.operate.status import Health, Queue, Runs, State, Status, Tasks
from dockyard.operate.stopped import Failure
from dockyard.operate.version import Version

NOW = datetime.now(UTC)
HOUR = timedelta(minutes=90)  # told as 1 h, however long the tests take
FOUND = [
    Status(
        "checkout-page", "backend", State.TOO_FEW_TASKS, None, NOW - HOUR * 2, Version("i", "0" * 20, "a" * 40 + "-dirty"),
        Tasks(20, 10, 10), Health(10, 10), alarms=["shop-dev-checkout-page-cpu"],
        failure=Failure(NOW - HOUR, "Essential container in task exited; app exited with 3", "t" * 32),
    ),
    Status("mail", "worker", State.STEADY, None, NOW - HOUR, Version("i", "1" * 20), Tasks(1, 1, 0), queue=Queue(12, 3, 2)),
    Status("night", "job", State.SUCCEEDED, runs=Runs(NOW - HOUR, NOW, NOW + HOUR)),
    Status("new", "web", State.NOT_DEPLOYED),
]  # fmt: skip


def test_a_line_a_service_and_what_is_to_be_known_besides():
    assert [line.plain for line in _lines(FOUND, 100)] == [
        "service        kind     tasks     state          health                image         commit    age",
        "checkout-page  backend  10 of 20  too few tasks  10 of 10              000000000000  aaaaaaa+  3 h",
        "mail           worker   1 of 1    steady         12 waiting, 2 dead    111111111111            1 h",
        "night          job                succeeded      1 h ago, next in 1 h",
        "new            web                not deployed",
        "  checkout-page: 10 more start",
        "! checkout-page: alarm shop-dev-checkout-page-cpu",
        "! checkout-page: task tttttttt 1 h ago: Essential container in task exited; app exited with 3",
        "  its lines: dockyard logs checkout-page --stopped",
    ]


def test_a_narrow_terminal_does_without_the_version():
    assert next(_lines(FOUND, 80)).plain == "service        kind     tasks     state          health                commit"
