"""What `dockyard up` tells where something must be done first."""

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from dockyard.cli import deploying, local, up
from dockyard.cli.main import app
from dockyard.doors.process import Processes
from dockyard.errors import ConfigError

MISSING = "no parameter /demo/dev/shop/API_KEY in SSM (us-east-1); run: dockyard secrets set API_KEY shop --env dev"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What is told where the deploy finds these faults in the project's files."""

    def done(*problems):
        def deploy(*_, **__):
            raise ConfigError(problems)

        (tmp_path / "dockyard.yaml").write_text("name: demo\nenvironments: {dev: {}}")
        session = SimpleNamespace(root=tmp_path, aws=SimpleNamespace(parameter=lambda _: "1"))
        monkeypatch.setattr(up, "_look", lambda *_: None)
        monkeypatch.setattr(Processes, "require", lambda *_: None)
        monkeypatch.setattr(local, "start", lambda *_: session)
        monkeypatch.setattr(deploying, "deploy_and_tell", deploy)
        monkeypatch.chdir(tmp_path)
        ended = CliRunner().invoke(app, ["up"])
        assert ended.exit_code == 1
        return ended.stderr

    return done


@pytest.fixture
def whole(tmp_path):
    """The project has what it must have."""
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize(
    ("elsewhere", "problems", "is_told"),
    [(True, ["first", MISSING], True), (False, [MISSING], False), (True, ["port: should be 1"], False)],
)
def test_commands_that_are_to_be_run_want_the_local_aws_in_a_shell_that_has_it_not(
    told, monkeypatch, elsewhere, problems, is_told
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    if elsewhere:
        monkeypatch.delenv("AWS_ENDPOINT_URL")
    *lines, last = told(*problems).splitlines()
    assert [line for line in [*lines, last] if line.startswith("error: ")] == [f"error: {one}" for one in problems]
    assert (last.startswith("try: ") and last.endswith(' local env)"')) is is_told


def test_a_machine_without_cdk_is_told_before_anything_is_started(tmp_path, monkeypatch, whole):
    (tmp_path / "dockyard.yaml").write_text("name: demo\nenvironments: {dev: {}}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(up, "_look", lambda *_: None)
    monkeypatch.setattr(local, "start", pytest.fail)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    ended = CliRunner().invoke(app, ["up"])
    assert (ended.exit_code, "no program cdk on PATH" in ended.stderr, "run: npm ci" in ended.stderr) == (1, True, True)


def test_a_folder_without_cdk_json_is_told_before_anything_is_started(told):
    text = told("the deploy was begun")
    assert "has no cdk.json" in text
    assert "the deploy was begun" not in text
