"""AWS's service models, read once."""

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import UnknownServiceError

from dockyard.doors.aws_models import Session


def test_sessions_share_what_is_known_and_it_does_not_grow():
    sessions = [Session("us-east-1") for _ in range(3)]
    (loader,) = {one._made.get_component("data_loader") for one in sessions}
    paths = loader.search_paths
    assert len(paths) == len({*paths})
    assert sessions[0].client("ecr").meta.service_model.service_name == "ecr"
    with pytest.raises(UnknownServiceError):
        sessions[0].client("no-such-service")


def test_models_of_the_users_own_are_found(tmp_path, monkeypatch):
    (tmp_path / "weather/2020-01-01").mkdir(parents=True)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert "weather" in Session()._made.get_available_services()


def test_a_role_is_asked_where_its_profile_says(tmp_path, monkeypatch):
    (tmp_path / "config").write_text("[profile there]\nregion = eu-north-1\nendpoint_url = http://localhost:1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    of_role = Session("eu-north-1", "there", Credentials("test", "test"))
    assert of_role.client("ssm").meta.endpoint_url == "http://localhost:1"
