"""A cache in ECR of another registry, and images that come by it."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct

HUB = "registry-1.docker.io"
"""Docker Hub, as ECR calls it."""


class PullThroughCache(Construct):
    """A pull-through cache rule: ECR fetches what is pulled below `repository_prefix`, and looks for a newer one once a day.

    A prefix belongs to one rule of an account and region.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """

    def __init__(
        self, scope: Construct, id: str, *, repository_prefix: str, upstream_registry: str, credential_arn: str | None = None
    ) -> None:
        """Make the rule.

        :param repository_prefix: what names of cached repositories begin with, 2 to 30 characters.
        :param upstream_registry: host of the registry; Docker Hub is `registry-1.docker.io`.
        :param credential_arn: secret of Secrets Manager, named `ecr-pullthroughcache/…`, with the keys `username` and
            `accessToken`. Default: nobody, which ECR Public, Quay and registry.k8s.io take.
        """
        super().__init__(scope, id)
        self.rule = ecr.CfnPullThroughCacheRule(
            self,
            "Resource",
            ecr_repository_prefix=repository_prefix,
            upstream_registry_url=upstream_registry,
            credential_arn=credential_arn,
        )


class CachedImage(Construct):
    """An image that comes by a pull-through cache of this account and region. Read `container_image`, and call `grant_pull`."""

    def __init__(self, scope: Construct, id: str, *, repository_prefix: str, repository_name: str, version: str) -> None:
        """Name the image.

        :param repository_prefix: prefix of the cache's rule.
        :param repository_name: name in the upstream registry; official images of Docker Hub begin with `library/`.
        :param version: tag or digest.
        """
        super().__init__(scope, id)
        self.repository = ecr.Repository.from_repository_name(self, "Repository", f"{repository_prefix}/{repository_name}")
        self.container_image = ecs.ContainerImage.from_ecr_repository(self.repository, version)

    def grant_pull(self, grantee: iam.IGrantable) -> None:
        """Let this one also be the first who pulls it, for whom ECR makes the repository.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
        """
        self.repository.grant_pull(grantee)
        self.repository.grant(grantee, "ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
