"""The program that joins a session is called as the AWS CLI calls it."""

import json
import sys

import pytest

from dockyard.doors.aws import Aws
from dockyard.doors.process import Processes
from dockyard.doors.sessions import PROGRAM, join, program
from dockyard.errors import PrerequisiteError

BEGUN = {
    "clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/shop-dev", "taskArn": "arn:aws:ecs:eu-west-1:1:task/shop-dev/t1",
    "session": {"sessionId": "s", "streamUrl": "wss://x", "tokenValue": "v"},
}  # fmt: skip


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return Aws(region="eu-west-1")


def test_it_gets_the_session_and_what_it_leads_to(tmp_path, aws):
    told = tmp_path / "told"
    (tmp_path / PROGRAM).write_text(
        f"#!{sys.executable}\nimport sys, json\nopen({str(told)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    (tmp_path / PROGRAM).chmod(0o755)
    assert join(Processes({"PATH": str(tmp_path), "AWS_PROFILE": "work"}), aws, BEGUN, "r1") == 0
    session, *rest = json.loads(told.read_text())
    assert json.loads(session) == BEGUN["session"]
    assert rest == [
        "eu-west-1",
        "StartSession",
        "work",
        '{"Target": "ecs:shop-dev_t1_r1"}',
        "https://ecs.eu-west-1.amazonaws.com",
    ]


def test_where_it_is_not_there_it_is_told_where_to_get_it(tmp_path):
    with pytest.raises(PrerequisiteError, match="no program session-manager-plugin on PATH") as caught:
        program(Processes({"PATH": str(tmp_path)}))
    assert "https://docs.aws.amazon.com" in caught.value.hint
