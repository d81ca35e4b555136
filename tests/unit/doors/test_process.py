"""Programs: their output and their end."""

import signal
import sys
import threading
import time

import psutil
import pytest

from dockyard.doors import process
from dockyard.doors.process import Processes, end_all
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


def test_of_the_cdk_cli_it_is_told_what_brings_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DockyardError, match="no program cdk on PATH") as caught:
        Processes({"PATH": str(tmp_path)}).run(["cdk", "bootstrap"])
    assert "npm install aws-cdk" in caught.value.hint


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
