"""docs/cli.md is what the commands say of themselves."""

import inspect

import pytest

from tests.unit.cli.page import EXAMPLE, PAGE, commands, written

FOUND = dict(commands())


def test_the_page_is_current():
    assert PAGE.read_text() == written(), "run: python -m tests.unit.cli.page"


@pytest.mark.parametrize("name", FOUND)
def test_each_help_has_an_example_of_the_command(name):
    (example,) = EXAMPLE.findall(inspect.cleandoc(FOUND[name].help))
    assert name in example
