"""A buildx that starts before it is known what to build: which builds it does, and what it is told."""

import json
import signal
import time
from pathlib import Path

import pytest

from dockyard.doors.process import end_all
from dockyard.doors.waiting import Waiting

START = ["buildx", "build", "--builder", "default", "--load", "--provenance=false", "--progress=plain"]
TOLD = 'echo "$@ $BUILDX_GIT_INFO $BUILDX_BAKE_ENTITLEMENTS_FS"; cat; exit 3'


@pytest.fixture
def plugin(tmp_path):
    def make(text):
        file = tmp_path / "docker-buildx"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return str(file)

    return make


def test_it_is_told_by_its_input_what_build_has_as_arguments(plugin):
    more = ["--platform", "linux/amd64", "--file", "/room/Dockerfile", "--tag", "demo/a:1", "--label", "a=b=c", "--label", "d=",
            "--build-arg", "V=1", "--target", "run", "--secret", "id=ca,src=/ca", "--cache-from", "demo/a:0"]  # fmt: skip
    lines = []
    waiting = Waiting(plugin(TOLD), "default")
    assert waiting.build([*START, *more, "/room/context"], lines.append) == 3
    first, told = lines
    assert first == "bake --builder default --progress=plain --file - image false 0"
    assert json.loads(told) == {
        "target": {
            "image": {
                "context": "/room/context", "dockerfile": "/room/Dockerfile", "platforms": ["linux/amd64"], "tags": ["demo/a:1"],
                "labels": {"a": "b=c", "d": ""}, "args": {"V": "1"}, "target": "run", "secret": ["id=ca,src=/ca"],
                "cache-from": ["demo/a:0"], "output": ["type=docker"], "attest": ["type=provenance,disabled=true"],
            }
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        [*START, "--ssh", "default", "."],
        [*START, "--sbom=true", "."],
        [*START, "--label", "a=${b}", "."],
        [*START, "--label", "a=%{b}", "."],
        [*START, "--label", "."],
        [*START[:3], "far", *START[4:], "."],
        [*START[:2], *START[4:], "."],
        ["build", *START[2:], "."],
    ],
)
def test_what_bake_would_do_otherwise_it_does_not(plugin, arguments):
    waiting = Waiting(plugin(TOLD), "default")
    assert waiting.build(arguments, print) is None
    assert waiting.build([*START, "."], lambda _: None) == 3, "it waits still"


def test_it_builds_once(plugin):
    waiting = Waiting(plugin(TOLD), "default")
    assert [waiting.build([*START, "."], lambda _: None) for _ in range(2)] == [3, None]


def test_one_that_has_ended_tells_why(plugin):
    waiting, lines = Waiting(plugin("exec <&-; echo no engine; exit 1"), "default"), []
    time.sleep(0.2)
    assert (waiting.build([*START, "."], lines.append), lines) == (1, ["no engine"])


def test_where_nothing_is_asked_of_it_it_is_ended(plugin, tmp_path):
    waiting = Waiting(plugin(f"echo $$ > {tmp_path}/pid; exec sleep 100"), "default")
    while not (tmp_path / "pid").exists() or not (pid := (tmp_path / "pid").read_text().strip()):
        time.sleep(0.01)
    waiting.drop()
    assert not Path(f"/proc/{pid}").exists()
    assert waiting.build([*START, "."], print) is None


def test_an_interrupt_ends_its_build(plugin):
    waiting, ends = Waiting(plugin("cat >/dev/null; echo on; exec sleep 100"), "default"), []

    def on_line(line):
        if line == "on":
            end_all()

    ends.append(waiting.build([*START, "."], on_line))
    assert ends == [-signal.SIGTERM]


def test_no_such_program_is_told():
    with pytest.raises(OSError, match="no-buildx"):
        Waiting("/no-buildx", "default")


def test_what_the_user_has_set_stays(plugin, monkeypatch):
    monkeypatch.setenv("BUILDX_GIT_INFO", "full")
    lines = []
    Waiting(plugin(TOLD), "default").build([*START, "."], lines.append)
    assert lines[0].endswith(" full 0")
