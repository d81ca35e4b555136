"""What is told while a stand-in is made; that one is made is in the integration tests."""

import pytest

from dockyard.doors.process import Processes
from dockyard.errors import DockyardError
from dockyard.local.stand_ins import StandIns
from dockyard.progress import Silent


class Told(Silent):
    def __init__(self):
        self.updates = []

    def update(self, subject, text):
        self.updates.append((subject, text))


@pytest.fixture
def told():
    return Told()


def test_each_line_of_what_runs_is_told(tmp_path, told):
    making = StandIns(tmp_path / "list", None, Processes(), print, told)
    making._run("python", "sh", "-c", "echo I: Retrieving libc6; echo I: Unpacking libc6")
    texts = ["sh begins", "I: Retrieving libc6", "I: Unpacking libc6"]
    assert told.updates == [("stand-in for python", text) for text in texts]


def test_what_failed_is_told_with_its_last_lines(tmp_path, told):
    making = StandIns(tmp_path / "list", None, Processes(), print, told)
    with pytest.raises(DockyardError, match="failed to make the stand-in for python: sh: no space left"):
        making._run("python", "sh", "-c", "echo no space left; exit 1")
