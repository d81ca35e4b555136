"""What `dockyard exec --forward` takes."""

import pytest
from typer.testing import CliRunner

from dockyard.cli.exec import Ports, _ports
from dockyard.cli.main import app


@pytest.mark.parametrize(("text", "ports"), [("5432", Ports(5432, 5432)), ("15432:5432", Ports(15432, 5432))])
def test_a_port_here_leads_to_the_same_one_or_another(text, ports):
    assert _ports(text) == ports


@pytest.mark.parametrize("text", ["0", "65536", "a", "1:2:3", "1:", "-1"])
def test_what_is_no_port_is_refused_as_one_argument(text, tmp_path):
    ended = CliRunner().invoke(app, ["exec", "web", f"--forward={text}", "--project", str(tmp_path)])
    assert (ended.exit_code, "should be a port" in " ".join(ended.output.split())) == (2, True)


def test_a_command_and_a_port_exclude_each_other(tmp_path):
    ended = CliRunner().invoke(app, ["exec", "web", "--forward", "5432", "--project", str(tmp_path), "--", "sh"])
    assert (ended.exit_code, "--forward takes the place of a command" in ended.output) == (2, True)
