"""What `dockyard logs` takes and shows."""

import contextlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import typer

from dockyard.cli import logs
from dockyard.cli.logs import Painter, _moment
from dockyard.errors import UsageError
from dockyard.operate.logs import Line


@pytest.mark.parametrize(
    ("text", "span"), [("30s", {"seconds": 30}), ("10m", {"minutes": 10}), ("2 h", {"hours": 2}), ("3d", {"days": 3})]
)
def test_a_span_counts_back_from_now(text, span):
    begun = datetime.now(UTC)
    found = _moment(text) + timedelta(**span)
    assert begun <= found <= datetime.now(UTC)


def test_a_time_is_this_machines_unless_it_says_a_zone():
    assert _moment("2026-11-26T09:00") == datetime(2026, 11, 26, 9).astimezone()
    assert _moment("2026-11-26T09:00+02:00") == datetime(2026, 11, 26, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "10", "1w", "yesterday", "-1h", "3000000d", f"{10**30}s", "1969-12-31T00:00", "0001-01-01"])
def test_what_is_no_time_is_refused_with_what_it_should_be(text):
    with pytest.raises(typer.BadParameter, match="should be such as 30s, 10m, 2h, 3d"):
        _moment(text)


def test_a_line_tells_its_time_service_and_task_and_the_container_beside():
    at = datetime(2001, 1, 2, 3, 4, 5).astimezone()  # another day than any on which this runs
    painter = Painter(["web", "checkout"])
    assert painter.painted(Line(at, "web", "app", "0" * 32, "text [b]")).plain == "01-02 03:04:05 web/00000000      text [b]"
    assert painter.painted(Line(at, "checkout", "proxy", "1" * 32, "x")).plain == "01-02 03:04:05 checkout/11111111 proxy: x"


def test_what_has_ended_is_not_followed():
    with pytest.raises(UsageError, match="--stopped shows what has ended"):
        logs.logs(stopped=True, follow=True)


def of_one_service(monkeypatch, stack_status):
    services = {"web": SimpleNamespace(firelens=None)}
    session = SimpleNamespace(
        site=SimpleNamespace(reading=None), check_services=lambda _: None, environment=SimpleNamespace(services=services)
    )
    monkeypatch.setattr(logs, "Session", lambda *_: session)
    monkeypatch.setattr(logs, "surely_deployed", lambda *_: SimpleNamespace(name="web", stack_status=stack_status))


@pytest.mark.parametrize(
    ("stack_status", "told"),
    [
        ("ROLLBACK_COMPLETE", "web: its first deploy failed, and its log group went with it"),
        ("UPDATE_COMPLETE", "nothing since "),
    ],
)
def test_why_there_are_no_lines_is_told(monkeypatch, capsys, stack_status, told):
    of_one_service(monkeypatch, stack_status)
    monkeypatch.setattr(logs, "Tail", lambda *_: SimpleNamespace(lines=list))
    logs.logs(services=["web"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(told)


@pytest.mark.parametrize("follow", [True, False])
def test_an_interrupt_is_the_end_of_what_is_followed_alone(monkeypatch, follow):
    def interrupted(*_):
        raise KeyboardInterrupt

    of_one_service(monkeypatch, "UPDATE_COMPLETE")
    monkeypatch.setattr(logs, "Tail", lambda *_: SimpleNamespace(follow=interrupted, lines=interrupted))
    with contextlib.nullcontext() if follow else pytest.raises(KeyboardInterrupt):
        logs.logs(["web"], follow=follow)
