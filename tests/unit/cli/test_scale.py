"""What `dockyard scale` takes for a number of tasks."""

import pytest
from typer.testing import CliRunner

from dockyard.cli.main import app


@pytest.mark.parametrize("given", ["abc", "1.5", "5001", "²"])
def test_what_is_no_number_of_tasks_is_told_with_what_was_got(given):
    ended = CliRunner().invoke(app, ["scale", "shop", given])
    assert ended.exit_code == 2
    assert f"should be 0 to 5000, got '{given}'" in ended.output
