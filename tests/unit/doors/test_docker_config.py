"""The CLI's configuration with one more registry."""

import base64
import json
from pathlib import Path

import pytest

from dockyard.doors.docker_config import configured
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError

LOCAL = Registry("localhost:1", "AWS", "secret")


def test_without_registries_the_machines_configuration_is_used():
    with configured({}, []) as variables:
        assert variables == {}


def test_what_the_machine_has_stays_and_the_file_is_not_touched(tmp_path):
    own = {"auths": {"a": {"auth": "x"}}, "credsStore": "desktop", "currentContext": "colima"}
    (tmp_path / "config.json").write_text(json.dumps(own))
    (tmp_path / "contexts").mkdir()
    with configured({"DOCKER_CONFIG": str(tmp_path)}, [LOCAL]) as variables:
        folder = Path(variables["DOCKER_CONFIG"])
        seen = json.loads((folder / "config.json").read_text())
        assert (folder / "contexts").resolve() == tmp_path / "contexts"
    assert seen["auths"] == {"a": {"auth": "x"}, "localhost:1": {"auth": base64.b64encode(b"AWS:secret").decode()}}
    assert (seen["credHelpers"], seen["credsStore"], seen["currentContext"]) == ({"localhost:1": ""}, "desktop", "colima")
    assert json.loads((tmp_path / "config.json").read_text()) == own
    assert (tmp_path / "contexts").is_dir() and not folder.exists()


def test_a_machine_without_configuration_gets_one(tmp_path):
    with configured({"HOME": str(tmp_path)}, [LOCAL]) as variables:
        assert json.loads((Path(variables["DOCKER_CONFIG"]) / "config.json").read_text())["auths"]


@pytest.mark.parametrize("content", [b'{"auths": {', b"", b"[]", b"\xff"])
def test_a_damaged_file_is_told_with_what_to_do(tmp_path, content):
    (tmp_path / "config.json").write_bytes(content)
    with (
        pytest.raises(BuildError, match=r"config\.json: damaged: ") as caught,
        configured({"DOCKER_CONFIG": str(tmp_path)}, [LOCAL]),
    ):
        pass
    assert "docker login" in caught.value.hint
