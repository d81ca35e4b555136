"""Programs and daemons: their output, their end, and which process is whose."""

import os
import signal
import socket
import sys
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from dockyard.doors import process
from dockyard.doors.lock import alone
from dockyard.doors.process import Daemon, Processes, end_all, holder_of, silent
from dockyard.errors import DockyardError

PYTHON = [sys.executable, "-c"]


def test_output_comes_line_by_line_and_whole():
    lines = []
    ended = Processes().run([*PYTHON, "import sys; print('a'); print('b', file=sys.stderr); sys.exit(3)"], on_line=lines.append)
    assert (ended.code, sorted(lines)) == (3, ["a", "b"])
    assert sorted(ended.output.split()) == ["a", "b"]


def test_a_program_sees_the_environment_that_it_is_given():
    processes = Processes({"A": "1"}).with_environment(B="2")
    assert processes.run([*PYTHON, "import os; print(os.environ['A'] + os.environ['B'])"]).output == "12\n"


def test_a_program_that_is_not_there_is_told():
    with pytest.raises(DockyardError, match="no program no-such-program on PATH"):
        Processes().run(["no-such-program"])


@pytest.mark.parametrize("name", ["SIGINT", "SIGQUIT", "SIGTSTP"])
def test_what_the_keyboard_signals_is_the_business_of_an_attached_program(name):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    script = f"import os, signal; signal.signal({int(number)}, lambda *_: os._exit(7)); "
    script += f"os.kill(os.getppid(), {int(number)}); os.kill(os.getpid(), {int(number)})"
    assert Processes().attached([*PYTHON, script]) == 7
    assert signal.getsignal(number) == before


def test_an_interrupt_ends_what_runs_in_other_threads():
    ended = []
    thread = threading.Thread(
        target=lambda: ended.append(Processes().run([*PYTHON, "import time; print(1, flush=True); time.sleep(60)"]))
    )
    thread.start()
    while thread.is_alive():
        end_all()
        time.sleep(0.05)
    assert ended[0].code != 0


def test_an_interrupt_ends_what_these_have_started_too_and_by_force_where_it_must(monkeypatch):
    monkeypatch.setattr(process, "_END_SECONDS", 0.2)
    lines = []
    script = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"
    thread = threading.Thread(target=Processes().run, args=(["sh", "-c", script],), kwargs={"on_line": lines.append})
    thread.start()
    while not lines:
        time.sleep(0.01)
    end_all()
    thread.join(10)
    assert not thread.is_alive()
    while runs(int(lines[0])):  # what was killed is gone a moment later
        time.sleep(0.01)


def runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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


def test_who_holds_a_port_is_told():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert f"(process {os.getpid()})" in holder_of(port)
    assert holder_of(port) is None


def test_an_interface_of_this_machine_where_nobody_listens_is_silent():
    name, own = next(
        (name, one.address) for name, found in psutil.net_if_addrs().items() for one in found if one.address == "127.0.0.1"
    )
    with socket.socket() as listening:
        listening.bind((own, 0))
        listening.listen()
        assert silent({name: own, "br-0123456789ab": own}) == set()
    assert silent({name: "192.0.2.77", "br-0123456789ab": "192.0.2.77"}) == set()


def test_another_interface_with_that_address_is_not_this_one(monkeypatch):
    address = [SimpleNamespace(address="192.0.2.77")]
    monkeypatch.setattr("psutil.net_if_addrs", lambda: {"br-0123456789ab": address, "br-other": address})
    assert silent({"br-0123456789ab": "192.0.2.77", "br-gone": "192.0.2.77"}) == {"br-0123456789ab"}


def test_one_waits_for_the_other(tmp_path):
    order = []

    def second():
        with alone(tmp_path / "x.lock", lambda: order.append("waits")):
            order.append("second")

    with alone(tmp_path / "x.lock", lambda: order.append("never")):
        thread = threading.Thread(target=second)
        thread.start()
        while order != ["waits"]:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["waits", "first", "second"]
