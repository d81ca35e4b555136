"""A private repository for one service's images, and the role that may push to it."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from constructs import Construct

CACHE_TAG_PREFIX = "cache-"
"""Tags of build caches begin with this; they are the only tags that may move and expire."""


class PublishingRole(Construct):
    """The role that whoever deploys takes on to push images.

    The bootstrap's image-publishing role may push to the bootstrap's own repository alone. The name begins with `cdk-`,
    as those of the bootstrap do, so that a deploy role which may assume `cdk-*` may assume this one too.
    """

    def __init__(self, scope: Construct, id: str, *, application: str) -> None:
        """Make the role for `application`, 1 to 20 characters: a role's name has at most 64."""
        super().__init__(scope, id)
        if len(application) > 20:
            raise ValueError(f"application should have at most 20 characters, got {len(application)} ({application})")
        stack = Stack.of(self)
        self.role = iam.Role(
            self,
            "Resource",
            role_name=self.name_of(application, stack.account, stack.region),
            assumed_by=iam.AccountPrincipal(stack.account),
            description=f"Pushes images of {application} to ECR",
        )

    @staticmethod
    def name_of(application: str, account: str, region: str) -> str:
        """Name of the role in that account and region."""
        return f"cdk-{application}-publish-{account}-{region}"

    @staticmethod
    def arn_of(application: str) -> str:
        """ARN of the role in the account and region of a deploy, for `RepositorySynthesizer`."""
        name = PublishingRole.name_of(application, "${AWS::AccountId}", "${AWS::Region}")
        return f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{name}"


class ImageRepository(Construct):
    """An ECR repository whose tags never move, whose images are scanned, and which loses no image that may be in use.

    No lifecycle rule knows what is deployed, so only untagged images and build caches expire.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        repository_name: str | None = None,
        publishers: list[iam.IGrantable] | None = None,
        encryption_key: kms.IKey | None = None,
        untagged_after: Duration | None = None,
        caches_after: Duration | None = None,
        empty_on_delete: bool = False,
    ) -> None:
        """Make the repository.

        :param repository_name: name in the registry. Default: one that CloudFormation makes.
        :param publishers: who may push. Default: nobody but who is granted it elsewhere.
        :param encryption_key: key for the images at rest. Default: AES-256 with keys of ECR.
        :param untagged_after: age at which images without a tag expire. Default: 1 day.
        :param caches_after: age at which build caches (tags `cache-...`) expire. Default: 30 days.
        :param empty_on_delete: delete the images together with the repository. Default: the repository is kept when
            its stack is deleted; one that stays is adopted by a deploy with `--import-existing-resources`.
        """
        super().__init__(scope, id)
        self.repository = ecr.Repository(
            self,
            "Resource",
            repository_name=repository_name,
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[ecr.ImageTagMutabilityExclusionFilter.wildcard(f"{CACHE_TAG_PREFIX}*")],
            encryption=ecr.RepositoryEncryption.KMS if encryption_key else ecr.RepositoryEncryption.AES_256,
            encryption_key=encryption_key,
            empty_on_delete=empty_on_delete,
            removal_policy=RemovalPolicy.DESTROY if empty_on_delete else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        self.repository.add_lifecycle_rule(
            description="build caches",
            tag_prefix_list=[CACHE_TAG_PREFIX],
            max_image_age=caches_after or Duration.days(30),
        )
        self.repository.add_lifecycle_rule(
            description="images without a tag",
            tag_status=ecr.TagStatus.UNTAGGED,
            max_image_age=untagged_after or Duration.days(1),
        )
        for publisher in publishers or []:
            self.repository.grant_pull_push(publisher)
            self.repository.grant(publisher, "ecr:DescribeImages", "ecr:DescribeRepositories")
