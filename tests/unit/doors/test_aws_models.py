"""AWS's service models, read once."""

import boto3
import pytest
from botocore.exceptions import UnknownServiceError

from dockyard.doors.aws_models import new_session


def test_sessions_share_what_is_known_and_it_does_not_grow():
    sessions = [boto3.Session(botocore_session=new_session(), region_name="us-east-1") for _ in range(3)]
    loaders = {id(one._session.get_component("data_loader")): one._session.get_component("data_loader") for one in sessions}
    assert len(loaders) == 1
    (paths,) = (list(one.search_paths) for one in loaders.values())
    assert len(paths) == len({*paths})
    assert sessions[0].client("ecr").meta.service_model.service_name == "ecr"
    with pytest.raises(UnknownServiceError):
        sessions[0].client("no-such-service")


def test_models_of_the_users_own_are_found(tmp_path, monkeypatch):
    (tmp_path / "weather/2020-01-01").mkdir(parents=True)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert "weather" in new_session().get_available_services()
