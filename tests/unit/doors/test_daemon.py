"""Programs that go on: their end, and which process is whose."""

import os
import sys
import time

import pytest

from dockyard.doors.daemon import Daemon

PYTHON = [sys.executable, "-c"]


@pytest.fixture
def daemon(tmp_path):
    made = Daemon(tmp_path / "d.json", tmp_path / "d.log")
    yield made
    made.stop(timeout=5)


def test_a_daemon_lives_until_it_is_stopped_and_its_facts_are_kept(daemon, tmp_path):
    daemon.start([*PYTHON, "import time; print('hello', flush=True); time.sleep(60)"], os.environ, port=1234)
    again = Daemon(tmp_path / "d.json", tmp_path / "d.log")
    assert again.alive()
    assert again.facts()["port"] == 1234
    while again.tail() != "hello":
        time.sleep(0.01)
    assert again.stop(timeout=5)
    assert not again.alive()
    assert not again.stop(timeout=5)


def test_a_daemon_that_ignores_sigterm_is_killed(daemon):
    daemon.start(
        [*PYTHON, "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"], os.environ
    )
    while not daemon.tail():
        time.sleep(0.01)
    assert daemon.stop(timeout=0.2)
    assert not daemon.alive()


def test_another_process_with_the_same_id_is_not_taken_for_it(daemon, tmp_path):
    (tmp_path / "d.json").write_text(f'{{"pid": {os.getpid()}, "started": 1.0}}')
    assert not daemon.alive()
    assert not daemon.stop(timeout=1)  # else this test run would have ended


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", "{}", '{"file": 5}', *(f'{{"file": "/gone", {rest}}}' for rest in (
        '"pid": "x", "started": 1', '"pid": -1, "started": 1', '"pid": 1, "started": []', f'"pid": {10**30}, "started": 1'))],
)  # fmt: skip
def test_a_damaged_file_means_that_nothing_runs(tmp_path, text):
    (tmp_path / "d.json").write_text(text)
    daemon = Daemon(tmp_path / "d.json", tmp_path / "d.log")
    assert (daemon.facts(), daemon.stop(1)) == (None, False)
