"""The program's start: what is over before the parser of commands is imported, and all that is left to it."""

import shlex
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize(("end", "code"), [("| true", 1), (">&-", 0), ("2>&-", 0)])
def test_nobody_who_reads_is_told_nothing(end, code):
    program = (
        "from dockyard.cli import screen; from dockyard.cli.ending import ending\nwith ending(): screen.say('a'); print('b')"
    )
    script = f"set -o pipefail; {shlex.join([sys.executable, '-c', program])} {end}"
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr in ("", "a\n")) == (code, True)
