"""CloudFront in front of a load balancer that nothing else reaches."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3

from constructs import Construct

_ERRORS = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
"""What CloudFront keeps for ten seconds else, of paths that nothing is kept of as well, and without the host.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html"""


class EdgeDistribution(Construct):
    """A distribution whose origin is a load balancer in private subnets, by a VPC origin.

    Clients speak HTTPS (TLS 1.2 and 1.3) by HTTP/2 or HTTP/3, HTTP leads there, and answers are compressed. All of a request goes
    to the load balancer, the Host as well; no answer and no error is kept but answers of `cached_paths`: of such requests it gets
    alone what they are kept by, which is Host, Origin, path and query.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html

    Read `distribution`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        load_balancer: elbv2.IApplicationLoadBalancer,
        certificate: acm.ICertificate,
        domain_names: Sequence[str],
        cached_paths: Sequence[str] = (),
        read_timeout: Duration | None = None,
        web_acl_arn: str | None = None,
        log_retention_days: int | None = None,
    ) -> None:
        """Make it.

        :param load_balancer: not internet-facing, with a listener for HTTPS on 443 whose certificate has the names; its security
            group must let in CloudFront's addresses.
        :param certificate: of the names, in us-east-1.
        :param domain_names: what clients ask for.
        :param cached_paths: patterns such as `/static/*` whose answers are kept: as their Cache-Control says, else a day.
        :param read_timeout: how long the load balancer may be silent before it answers, and between two parts of an answer; above
            120 seconds by a quota that AWS raises. Default: 60 seconds.
        :param web_acl_arn: a web ACL of scope CLOUDFRONT.
        :param log_retention_days: how long each request is kept in a bucket of its own. Default: nothing is logged.
        """
        super().__init__(scope, id)
        origin = origins.VpcOrigin.with_application_load_balancer(
            load_balancer,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            read_timeout=read_timeout or Duration.seconds(60),
        )
        of_all: dict[str, Any] = {
            "origin": origin,
            "viewer_protocol_policy": cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            "compress": True,
        }
        kept = self._cache_policy() if cached_paths else None
        self.distribution = cloudfront.Distribution(
            self,
            "Resource",
            default_behavior=cloudfront.BehaviorOptions(
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                **of_all,
            ),
            additional_behaviors={
                path: cloudfront.BehaviorOptions(
                    cache_policy=kept, allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS, **of_all
                )
                for path in cached_paths
            },
            domain_names=[*domain_names],
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            error_responses=[cloudfront.ErrorResponse(http_status=one, ttl=Duration.seconds(0)) for one in _ERRORS],
            web_acl_id=web_acl_arn,
            enable_logging=log_retention_days is not None,
            log_bucket=self._log_bucket(log_retention_days) if log_retention_days is not None else None,
        )

    def _cache_policy(self) -> cloudfront.CachePolicy:
        """By host and query: CloudFront's own policies leave the host out, and services of two hosts may have one path.

        By Origin as well, as an answer may say which other sites may read it (CORS). The load balancer gets these alone.
        """
        return cloudfront.CachePolicy(
            self,
            "CachePolicy",
            header_behavior=cloudfront.CacheHeaderBehavior.allow_list("Host", "Origin"),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
            cookie_behavior=cloudfront.CacheCookieBehavior.none(),
            default_ttl=Duration.days(1),
            min_ttl=Duration.seconds(0),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _log_bucket(self, retention_days: int) -> s3.Bucket:
        """With access control lists, by which alone CloudFront writes there."""
        return s3.Bucket(
            self,
            "Logs",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            object_ownership=s3.ObjectOwnership.OBJECT_WRITER,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(retention_days), abort_incomplete_multipart_upload_after=Duration.days(1)
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
