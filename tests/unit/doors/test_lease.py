"""The object of a lock; S3 is one that loses answers."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from dockyard.doors.lease import Lease, Note

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
NOTE = Note("a", "anna@laptop", "dockyard deploy", NOW.isoformat(), 60)


class Bucket:
    """One object. A write whose answer is lost is sent again by boto3, and refused then."""

    def __init__(self):
        self.content, self.loses = None, False

    def put_object(self, Body, Bucket, Key, ExpectedBucketOwner, IfNoneMatch=None, IfMatch=None):  # noqa: N803
        assert (Bucket, Key, ExpectedBucketOwner) == ("assets", "dockyard/locks/shop/dev.json", "123456789012")
        there = self.content is not None
        if (IfNoneMatch and there) or (IfMatch and (not there or IfMatch != self.etag)):
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.content = Body
        if self.loses:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        return {"ETag": self.etag}

    def get_object(self, **_):
        if self.content is None:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        headers = {"date": "Thu, 01 Jan 2026 12:00:00 GMT"}
        return {
            "Body": io.BytesIO(self.content), "ETag": self.etag, "LastModified": NOW - timedelta(seconds=7),
            "ResponseMetadata": {"HTTPHeaders": headers},
        }  # fmt: skip

    @property
    def etag(self):
        return str(hash(self.content))


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def lease(bucket):
    return Lease(bucket, "assets", "dockyard/locks/shop/dev.json", "123456789012")


def test_it_is_written_once_and_tells_its_age_by_the_clock_of_s3(lease):
    assert lease.read() is None
    etag = lease.write(NOTE, None)
    found = lease.read()
    assert (found.note, found.etag, found.age) == (NOTE, etag, 7)
    assert lease.write(Note("b", "ben", "", "", 60), None) is None
    assert lease.write(Note("b", "ben", "", "", 60), "another") is None
    assert lease.read().note == NOTE


def test_a_write_whose_answer_was_lost_is_known_as_our_own(lease, bucket):
    bucket.loses = True
    assert lease.write(NOTE, None) == bucket.etag


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", json.dumps({"id": "a", "lease": "long"}).encode()])
def test_what_cannot_be_read_is_somebodys(lease, bucket, content):
    bucket.content = content
    assert lease.read().note.who == "somebody"
    assert lease.read().note.lease == 60


def test_what_aws_refuses_is_told(lease, bucket):
    bucket.get_object = bucket.put_object = lambda **_: (_ for _ in ()).throw(
        ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")
    )
    with pytest.raises(ClientError):
        lease.read()
    with pytest.raises(ClientError):
        lease.write(NOTE, None)
