"""What a build's program is told by variables."""

import os

import pytest

from dockyard.doors.buildkit import BuildKit
from dockyard.doors.buildx import Cli
from dockyard.doors.process import Processes


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["--provenance=false"], {}, "false"),
        (["--provenance=mode=min"], {}, ""),
        (["--provenance=false"], {"BUILDX_GIT_INFO": "true"}, "true"),
    ],
)
def test_buildx_asks_git_for_a_provenance_alone(tmp_path, arguments, variables, told):
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\necho "$BUILDX_GIT_INFO"\n')
    program.chmod(0o755)
    found = BuildKit(Processes({"PATH": os.environ["PATH"], **variables}), Cli(str(program), buildx=True))
    lines = []
    assert found.build(arguments, buildkit=False, on_line=lines.append) == 0
    assert lines == [told]
