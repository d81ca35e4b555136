"""A synth, before it starts a program: what cdk.json must hold."""

import pytest

from dockyard.deploy.synth import synthesize
from dockyard.doors.process import Processes
from dockyard.errors import DeployError


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
