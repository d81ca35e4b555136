"""Locks of this machine."""

import shutil
import subprocess
import sys
import threading
import time

from dockyard.doors.lock import alone, left_by_the_dead, signed


def test_who_signed_lives_until_the_end_of_its_block(tmp_path):
    file = tmp_path / "folder/one.lock"
    assert not left_by_the_dead(file, "a")
    with signed(file, "a") as is_free:
        assert is_free
        assert not left_by_the_dead(file, "a")
        with signed(file, "b") as is_free_too:
            assert not is_free_too
    assert left_by_the_dead(file, "a")
    assert not left_by_the_dead(file, "b")


def test_a_process_that_was_killed_is_dead(tmp_path):
    file = tmp_path / "one.lock"
    program = f"from dockyard.doors.lock import signed; from pathlib import Path\nwith signed(Path({str(file)!r}), 'a'): print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert not left_by_the_dead(file, "a")
        process.kill()
    assert left_by_the_dead(file, "a")


def test_a_copy_tells_nothing(tmp_path):
    """As of a project's folder that was copied while it was deployed."""
    file = tmp_path / "one.lock"
    with signed(file, "a"):
        shutil.copytree(tmp_path, tmp_path.with_name("copy"))
        assert not left_by_the_dead(tmp_path.with_name("copy") / "one.lock", "a")


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
