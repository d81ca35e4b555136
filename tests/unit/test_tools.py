"""What `make` runs before there is a virtual environment."""

import subprocess
from pathlib import Path

TIMED = Path(__file__).parents[2] / "tools/timed"


def test_a_command_is_named_and_its_output_and_exit_code_are_its_own():
    ended = subprocess.run([TIMED, "packages", "sh", "-c", "echo out; exit 3"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "out\n", "  packages\n")
