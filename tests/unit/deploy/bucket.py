"""An account for tests of what is kept in it."""

from botocore.exceptions import ClientError


class Bucket:
    """An account that keeps things."""

    account, region, caller = "111111111111", "eu-west-1", "arn:aws:iam::111111111111:user/alice"

    def __init__(self):
        self.content = {}
        self.refuses = False

    def assuming(self, _):
        return self

    def kept(self, bucket, key):
        return self.content.get((bucket, key), b"")

    def keep(self, bucket, key, content):
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")
        self.content[bucket, key] = content
