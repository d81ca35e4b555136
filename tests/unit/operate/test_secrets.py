"""A service's own secrets: names, sizes, and values that are told by nothing."""

from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.stub import Stubber
from pydantic import SecretStr

from dockyard.doors.aws import Aws
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.secrets import OwnSecrets, Stored

VALUE = "correct horse battery"


class Account:
    """In place of `Aws` and its `Secrets`."""

    def __init__(self):
        self.stored, self.secrets = {}, self

    def put(self, name, value):
        self.stored[name] = value

    def below(self, path):
        assert path == "/shop/dev"
        rest = {"Version": 2, "LastModifiedDate": datetime(2026, 1, 1, tzinfo=UTC)}
        names = {"web/B": "SecureString", "web/A": "SecureString", "platform/vpc-id": "String", "a/b/c": "SecureString"}
        return [{"Name": f"{path}/{name}", "Type": kind, **rest} for name, kind in names.items()]


def test_names_follow_the_rule():
    account = Account()
    assert OwnSecrets("shop", "dev", account).put("web", {"A": SecretStr(VALUE)}) == ["/shop/dev/web/A"]
    assert account.stored == {"/shop/dev/web/A": VALUE}


@pytest.mark.parametrize(
    ("value", "told"), [("", "no value, got nothing"), ("ä" * 2049, "a value should have 1 to 4096 bytes, got 4098")]
)
def test_where_one_cannot_be_stored_none_is(value, told):
    account = Account()
    with pytest.raises(UsageError) as caught:
        OwnSecrets("shop", "dev", account).put("web", {"A": SecretStr(VALUE), "B": SecretStr(value)})
    assert str(caught.value) == f"B: {told}"
    assert account.stored == {}


def test_what_is_listed_are_secrets_of_services():
    when = datetime(2026, 1, 1, tzinfo=UTC)
    found = OwnSecrets("shop", "dev", Account()).listed(Account())
    assert found == [Stored("web", "A", 2, when), Stored("web", "B", 2, when)]


def test_what_aws_refuses_is_told_without_the_value():
    aws = Aws(region="eu-west-1")
    aws.ssm = botocore.session.get_session().create_client(
        "ssm", "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(aws.ssm) as answers:
        answers.add_client_error("put_parameter", "ValidationException", f"Value '{VALUE}' at 'value' is not nice")
        with pytest.raises(DockyardError) as caught:
            aws.secrets.put("/shop/dev/web/A", VALUE)
    assert str(caught.value) == "AWS refused PutParameter: ValidationException: Value '[REDACTED]' at 'value' is not nice"
    assert caught.value.__suppress_context__
