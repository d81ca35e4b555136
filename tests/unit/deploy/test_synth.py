"""A synth, before it starts a program: what cdk.json must hold."""

from types import SimpleNamespace

import pytest

from dockyard.deploy import run
from dockyard.deploy.run import Wishes, prepare
from dockyard.deploy.synth import synthesize
from dockyard.doors.process import Processes
from dockyard.errors import DeployError, PrerequisiteError


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("cdk.json", "{", "cdk.json: not valid JSON: "),
        ("cdk.json", "[]", "cdk.json: should be a mapping of keys"),
        ("cdk.json", "{}", "cdk.json: app: should be the command that runs the CDK app, got null"),
        ("cdk.context.json", "\udcff", "cdk.context.json: not valid JSON: "),
    ],
)
def test_a_damaged_setting_is_told(tmp_path, file, text, told):
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / file).write_text(text, errors="surrogateescape")
    with pytest.raises(DeployError) as caught:
        synthesize(tmp_path, tmp_path / "out", Processes({}), environment="dev", account="1", region="r", validate=False)
    assert str(caught.value).startswith(told)


def test_a_folder_without_cdk_json_is_told_before_anything_is_built(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "fingerprint", lambda *_: "")
    site = SimpleNamespace(
        project=SimpleNamespace(root=tmp_path),
        environment=SimpleNamespace(name="dev"),
        aws=SimpleNamespace(account="1", region="r"),
    )
    intent = SimpleNamespace(of=lambda _: [])
    for begin in (
        lambda: run._deployed(site, SimpleNamespace(progress=None), Wishes(), intent, None),
        lambda: prepare(site, [], None, tmp_path / "out", None),
    ):
        with pytest.raises(PrerequisiteError, match=r"has no cdk\.json") as caught:
            begin()
        assert "dockyard init" in caught.value.hint
