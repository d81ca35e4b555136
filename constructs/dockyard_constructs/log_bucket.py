"""A bucket for the logs of load balancers."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs import Construct

ACCESS, CONNECTIONS = "access", "connection"
"""Kinds of logs, and what the names of their files begin with."""


class LogBucket(s3.Bucket):
    """A bucket that Elastic Load Balancing may write logs of this account into, and that nothing of is public, over TLS only.

    The encryption is S3's own (SSE-S3), the only one that logs can have. Files go after `retention_days`; the bucket stays when
    its stack is deleted.

    The service is let in, not an account of it by region: that is AWS's advice for every region, and needs no region at synth.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """

    def __init__(self, scope: Construct, id: str, *, retention_days: int = 90) -> None:
        """Make it."""
        super().__init__(
            scope,
            id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(retention_days), abort_incomplete_multipart_upload_after=Duration.days(1)
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        account = Stack.of(self).account
        self.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject"],
                principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
                resources=[self.arn_for_objects(f"{kind}/AWSLogs/{account}/*") for kind in (ACCESS, CONNECTIONS)],
            )
        )
        self._let_network_load_balancers_write(account)

    def _let_network_load_balancers_write(self, account: str) -> None:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html."""
        delivery = iam.ServicePrincipal("delivery.logs.amazonaws.com")
        ours = {"StringEquals": {"aws:SourceAccount": account}}
        owned = {"StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"}}
        for action, resource, conditions in (
            ("s3:GetBucketAcl", self.bucket_arn, ours),
            ("s3:PutObject", self.arn_for_objects(f"{ACCESS}/AWSLogs/{account}/*"), owned),
        ):
            self.add_to_resource_policy(
                iam.PolicyStatement(actions=[action], principals=[delivery], resources=[resource], conditions=conditions)
            )
