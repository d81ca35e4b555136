"""A bucket for an application's files."""

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from constructs import Construct


class DataBucket(s3.Bucket):
    """A bucket of which nothing is public, over TLS only, encrypted, versioned.

    Former versions go after 90 days and uploads that were not ended after seven. It stays when its stack is deleted, unless
    `keep` is false: then it is emptied and goes, too.
    """

    def __init__(self, scope: Construct, id: str, *, keep: bool = True) -> None:
        """Make it."""
        super().__init__(
            scope,
            id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(90), abort_incomplete_multipart_upload_after=Duration.days(7)
                )
            ],
            removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
            auto_delete_objects=not keep,
        )
        if not keep:
            _drop_needless_dependency(Stack.of(self))


def _drop_needless_dependency(stack: Stack) -> None:
    """CDK's function that empties buckets names its role twice, of which cfn-lint warns."""
    handler = stack.node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider").node.find_child("Handler")
    assert isinstance(handler, CfnResource)  # noqa: S101
    handler.add_deletion_override("DependsOn")
