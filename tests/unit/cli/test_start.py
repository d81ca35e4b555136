"""The program's start: what is over before the parser of commands is imported, and all that is left to it."""

import os
import shlex
import signal
import subprocess
import sys

import pytest

from dockyard.cli import push, push_early, start

PROGRAM = [sys.executable, "-c", "from dockyard.cli.start import run; run()"]


def run(folder, *arguments):
    return subprocess.run([*PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["push", "--help"], ["push", "--json", "--help"]])
def test_what_the_parser_has_to_tell_it_tells(tmp_path, arguments):
    ended = run(tmp_path, *arguments)
    assert (ended.returncode, "Usage:" in ended.stdout) == (0, True)


@pytest.mark.parametrize("arguments", [["push"], ["push", "--json"], ["push", "--jobs", "2"], ["tags"]])
def test_a_folder_without_a_project_is_told_the_same(tmp_path, arguments):
    ended = run(tmp_path, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"no dockyard.yaml in {tmp_path} or above" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["push", "--nope"], "No such option: --nope"), (["push", "--jobs"], "requires an argument"), (["psuh"], "No such command")],
)
def test_a_wrong_usage_is_told_by_the_parser(tmp_path, arguments, told):
    ended = run(tmp_path, *arguments)
    assert (ended.returncode, told in ended.stderr) == (2, True)


def test_a_project_that_was_never_pushed_is_read_as_ever(tmp_path):
    (tmp_path / "dockyard.yaml").write_text("name: [")
    ended = run(tmp_path, "push")
    assert ended.returncode == 1
    assert "dockyard.yaml: line 1, column 8: not valid YAML" in ended.stderr


@pytest.mark.parametrize(("end", "code"), [("| true", 1), (">&-", 0)])
def test_nobody_who_reads_is_told_nothing(end, code):
    program = "from dockyard.cli.ending import ending\nwith ending(): print('b' * 10**6)"
    script = f"set -o pipefail; {shlex.join([sys.executable, '-c', program])} {end}"
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (code, "")


@pytest.mark.parametrize("command", ["push", "tags"])
def test_with_standard_error_closed_all_else_is_the_same(tmp_path, command):
    script = f"{shlex.join(PROGRAM)} {command} 2>&-"
    assert subprocess.run(["bash", "-c", script], cwd=tmp_path, check=False).returncode == 2


@pytest.fixture
def early(tmp_path, monkeypatch):
    """Calls of the early way, which finds that the project is to be read, as the program is run with these variables."""
    (tmp_path / "dockyard.yaml").write_text("name: [")
    monkeypatch.chdir(tmp_path)
    for name in ("BUILDX_BUILDER", "DOCKYARD_JOBS", "DOCKYARD_ENV"):
        monkeypatch.delenv(name, raising=False)
    calls = []
    for module in (push_early, push):
        monkeypatch.setattr(module, "push_early", lambda *_, **__: calls.append(1) or False)
    monkeypatch.setattr(sys, "argv", ["dockyard", "push"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit):
            start.run()
        return len(calls)

    return run


def test_what_was_tried_early_is_not_tried_again_by_the_parser(early):
    assert (early(), push_early.tried) == (1, [])


@pytest.mark.parametrize("variable", [{"BUILDX_BUILDER": "remote"}, {"DOCKYARD_JOBS": "abc"}])
def test_variables_that_are_options_are_for_the_parser(early, variable, monkeypatch):
    monkeypatch.setattr(push, "push_early", lambda *_, **__: False)
    assert early(**variable) == 0


_EXIT_CODE = """
import typer
from dockyard.cli.ending import ending
try:
    with ending():
        print("more than anybody reads")
        raise typer.Exit(10)
except typer.Exit as end:
    raise SystemExit(end.exit_code)
"""


def test_an_exit_code_stays_where_whoever_reads_is_gone():
    """As with `dockyard plan | head`."""
    reads, writes = os.pipe()
    os.close(reads)
    variables = {**os.environ, "PYTHONUNBUFFERED": ""}  # as users have it: the pipe is found closed at the end
    ended = subprocess.run(
        [sys.executable, "-c", _EXIT_CODE], stdout=writes, stderr=subprocess.PIPE, env=variables, text=True, check=False
    )
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (10, "")
