"""Progress where no terminal is: a line at the start and one at the end, not one for each step."""

import pytest

from dockyard.cli.screen import Board


@pytest.fixture
def told(capsys):
    with Board() as board:
        board.update("web", "step 1")
        board.update("web", "step 2")
        board.update("api", "step 1")
        board.done("web", "built in 1.0 s")
    return capsys.readouterr()


def test_steps_in_between_are_not_told(told):
    assert told.err.splitlines() == ["  web: step 1", "  api: step 1", "✓ web: built in 1.0 s"]


def test_progress_is_no_result(told):
    assert told.out == ""
