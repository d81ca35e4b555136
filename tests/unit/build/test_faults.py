"""What is told of a failed build, beside the step."""

from pathlib import Path

import pytest

from dockyard.build.faults import explained
from dockyard.build.steps import Steps


@pytest.mark.parametrize(
    ("printed", "hint"),
    [
        ("exec /bin/sh: exec format error", "its programs are for another processor than this machine's: sudo apt-get install"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "this machine's certificates are the build secret `ca`"),
        ("no such file", "whole log: /log"),
    ],
)
def test_what_may_help_follows_from_what_was_printed(printed, hint):
    steps = Steps()
    for line in ("#5 [2/2] RUN make", f"#5 0.1 {printed}", "#5 ERROR: exit code: 1"):
        steps.read(line)
    found = explained("web", steps, "exit code 1", Path("/log"), ())
    assert str(found) == f"failed to build web at [2/2] RUN make: exit code: 1\n  | {printed}"
    assert found.hint.startswith(hint)
    assert found.hint.endswith("whole log: /log")
