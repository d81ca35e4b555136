"""What AWS gives."""

from datetime import UTC, datetime

from botocore.client import BaseClient
from botocore.credentials import Credentials

from dockyard.doors.aws import Aws
from dockyard.doors.aws_models import Session
from dockyard.doors.registry import Registry


def test_the_token_of_a_registry_is_not_printed():
    assert "secret" not in repr(Registry("localhost:1", "AWS", "secret"))


def test_the_same_account_is_seen_in_another_region():
    here = Aws(session=Session("eu-west-1", credentials=Credentials("AKIAEXAMPLE", "secret")))
    there = here.in_region("us-east-1")
    assert (here.acm.meta.region_name, there.acm.meta.region_name) == ("eu-west-1", "us-east-1")
    assert there._session.get_credentials().access_key == "AKIAEXAMPLE"


def test_the_account_of_a_role_is_told_by_its_arn_and_not_asked_for(monkeypatch):
    given = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": datetime(2999, 1, 1, tzinfo=UTC)}
    asked = []
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda _, call, __: asked.append(call) or {"Credentials": given})
    session = Session("eu-west-1", credentials=Credentials("a", "b"))
    assert Aws(session=session).assuming("arn:aws:iam::123456789012:role/deploys").account == "123456789012"
    assert asked == ["AssumeRole"]
