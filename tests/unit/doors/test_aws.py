"""What AWS gives."""

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
