"""The `session-manager-plugin` of the local AWS; that it enters a container is in the integration tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dockyard.local.session_plugin import PROGRAM, run
from dockyard.local.sessions import PROGRAMS, Session

THEIRS = json.dumps({"sessionId": "s", "tokenValue": "AAEAAd-not-ours"})


@pytest.mark.parametrize("token", ["", "AAEAAd", "e30=", "W10=", "MQ=="])
def test_a_token_is_ours_or_it_is_not(token):
    session = Session("arn:task/c/t", "app", "sh -c 'echo 1'")
    assert Session.of_token(session.token) == session
    assert Session.of_token(token) is None


def test_it_says_that_it_is_there_as_the_aws_cli_asks_first():
    path = os.pathsep.join([str(PROGRAMS), str(Path(sys.executable).parent), os.defpath])
    ended = subprocess.run([PROGRAM], env={"PATH": path}, capture_output=True, text=True, check=False)
    assert (ended.returncode, "is on PATH" in ended.stdout) == (0, True), ended.stderr


@pytest.mark.parametrize("argument", ["--version", "AWS_SSM_START_SESSION_RESPONSE", "[]", "{}", ""])
def test_what_is_no_session_is_left_to_aws_own_program_too(argument, tmp_path, monkeypatch):
    (tmp_path / PROGRAM).write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(PROGRAMS), str(tmp_path), os.defpath]))
    assert run([argument]) == 7


def test_a_session_of_aws_is_left_to_aws_own_program(tmp_path, monkeypatch):
    (tmp_path / PROGRAM).write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(PROGRAMS), str(tmp_path)]))
    assert run([THEIRS, "eu-west-1", "StartSession"]) == 7
