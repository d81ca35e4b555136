"""Tables that fit."""

from datetime import timedelta

import pytest
from rich.text import Text

from dockyard.cli.painted import grid, span

ROWS = [{"service": "web", "state": Text("steady", "green"), "none": None, "image": "0123456789ab"}]


def plain(lines):
    return [line.plain for line in lines]


def test_columns_that_are_empty_are_left_out():
    assert plain(grid(ROWS, None)) == ["service  state   image", "web      steady  0123456789ab"]
    assert grid([], None) == []


def test_columns_go_one_after_the_other_where_the_terminal_is_narrow():
    assert plain(grid(ROWS, 29, ["image", "state"])) == plain(grid(ROWS, None))
    assert plain(grid(ROWS, 28, ["image", "state"])) == ["service  state", "web      steady"]
    assert plain(grid(ROWS, 5, ["image", "state"])) == ["service", "web"]


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h"), (86400 * 3, "3 d")])
def test_a_span_is_told_in_its_largest_unit(seconds, text):
    assert span(timedelta(seconds=seconds)) == text
