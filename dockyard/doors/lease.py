"""A lock for several machines: an object in a bucket that is there while somebody holds it, and that is renewed meanwhile.

S3 writes and deletes on a condition, so that of several who try at once one succeeds:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

import json
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_NOT_SO = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
"""The condition does not hold (any more), or somebody else writes at this moment."""


@dataclass(frozen=True)
class Note:
    """What the object says."""

    id: str
    """Of this one time that it is held."""
    who: str
    """Who holds it, and from where."""
    doing: str
    since: str
    """ISO 8601, by the clock of who holds it; it is for people alone."""
    lease: float
    """Seconds after which it may be taken over, unless it is renewed."""
    renewed: int = 0
    """How often. It makes each version another one, also to S3, whose ETag may be a hash of the content."""


@dataclass(frozen=True)
class Found:
    """The object as it is now."""

    note: Note
    etag: str
    age: float
    """Seconds since it was written, by the clock of S3 alone: those of two machines may differ."""


class Lease:
    """The object of one lock. Raises ClientError and BotoCoreError where AWS refuses, or does not answer."""

    def __init__(self, s3: "S3Client", bucket: str, key: str, account: str) -> None:
        """Make it; nothing is asked yet.

        :param account: that the bucket must belong to: names of buckets are the world's.
        """
        self.bucket = bucket
        self._s3, self._place = s3, {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": account}

    def read(self) -> Found | None:
        """What is there."""
        place: Any = self._place
        try:
            answer = self._s3.get_object(**place)
        except ClientError as error:
            if _code(error) in _NOT_SO:
                return None
            raise
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return Found(_note(answer["Body"].read()), answer["ETag"], (now - answer["LastModified"]).total_seconds())

    def write(self, note: Note, over: str | None) -> str | None:
        """Write it where nothing is, or over the version of this ETag; its own ETag, or None where that is not what is there."""
        place: Any = self._place
        condition: Any = {"IfMatch": over} if over else {"IfNoneMatch": "*"}
        try:
            return self._s3.put_object(**place, **condition, Body=json.dumps(asdict(note)).encode())["ETag"]
        except ClientError as error:
            if _code(error) not in _NOT_SO:
                raise
        found = self.read()  # an answer may have been lost, and what was asked again came upon what it had written itself
        return found.etag if found and found.note == note else None

    def remove(self, etag: str) -> None:
        """Remove the version of this ETag, if that is still the one."""
        place: Any = self._place
        try:
            self._s3.delete_object(**place, IfMatch=etag)
        except ClientError as error:
            if _code(error) not in _NOT_SO:
                raise


def _note(content: bytes) -> Note:
    """What is written there; what cannot be read is somebody's, and may be taken over after a minute."""
    try:
        return TypeAdapter(Note).validate_json(content)
    except ValueError:  # pydantic's error is one
        return Note(id="", who="somebody", doing="something", since="", lease=60)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
