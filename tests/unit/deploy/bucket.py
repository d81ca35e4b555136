"""An account for tests of what is kept in it."""

from types import SimpleNamespace

from botocore.exceptions import ClientError


class Bucket:
    """An account that keeps things."""

    account, region, caller = "111111111111", "eu-west-1", "arn:aws:iam::111111111111:user/alice"

    def __init__(self):
        self.content = {}
        self.refuses = False

        self.stacks = []
        """What CloudFormation tells of the stack that is asked for."""

    def assuming(self, _):
        return self

    @property
    def cloudformation(self):
        exceptions = SimpleNamespace(ClientError=ClientError)
        return SimpleNamespace(describe_stacks=self._described, exceptions=exceptions)

    def _described(self, *, StackName):  # noqa: N803  # as boto3 has it
        found = [one for one in self.stacks if one["StackName"] == StackName]
        if not found:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": f"{StackName} does not exist"}}, "DescribeStacks")
        return {"Stacks": found}

    def kept(self, bucket, key):
        return self.content.get((bucket, key), b"")

    def keep(self, bucket, key, content):
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")
        self.content[bucket, key] = content
