"""AWS, or what stands in its place: the one way to both is an endpoint and credentials."""

import base64
import functools
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.exceptions
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, RefreshableCredentials

from dockyard.doors.aws_faults import LOCAL, explained
from dockyard.doors.aws_models import Session
from dockyard.doors.registry import CACHE_TAG_PREFIX, Registry
from dockyard.doors.secrets import Secrets
from dockyard.errors import PrerequisiteError

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_ecr.client import ECRClient
    from types_boto3_ecs.client import ECSClient
    from types_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_s3.client import S3Client
    from types_boto3_ssm.client import SSMClient

    from dockyard.doors.lease import Lease

_RETRIES = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, user_agent_extra="dockyard")
_FIRST = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=5, user_agent_extra="dockyard")
"""For the first question: where nobody answers, that is to be told soon."""
_SOON = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=10, user_agent_extra="dockyard")
"""For locks: they are renewed in time or not at all, and given back also where nobody answers."""

_TOLD = ("env", "shared-credentials-file", "config-file", "assume-role", "sso")
"""What botocore calls the ways of credentials for which the same variables and files give the same account."""


class Aws:
    """One account and region, with the credentials that the environment gives, or those of a profile."""

    def __init__(
        self, *, region: str | None = None, session: Session | None = None, profile: str | None = None, account: str = ""
    ) -> None:
        """Make it.

        :param account: of the credentials, where that is known. Default: AWS is asked.
        """
        where = region or os.environ.get("AWS_REGION")  # botocore reads another
        try:
            self._session = session or Session(where, profile)
        except botocore.exceptions.ProfileNotFound as error:
            hint = "name a profile of your AWS configuration" if profile else "set AWS_PROFILE to one of your AWS configuration"
            raise PrerequisiteError(str(error), hint=hint) from error
        self._account = account
        self._assumed: dict[str, Aws] = {}
        self._assuming = threading.Lock()
        if not self._session.region_name:
            raise PrerequisiteError("no AWS region is set", hint=f"set AWS_REGION, or region in dockyard.yaml; {LOCAL}")

    @property
    def region(self) -> str:
        """The region."""
        return str(self._session.region_name)

    @property
    def account(self) -> str:
        """The account of the credentials. Raises PrerequisiteError where there are none, or they are not taken."""
        return self._account or self._identity["Account"]

    @property
    def caller(self) -> str:
        """ARN of whose credentials they are. Raises PrerequisiteError as well."""
        return self._identity["Arn"]

    @property
    def is_told(self) -> bool:
        """Whether variables and files say whose the credentials are: neither a machine's role nor a program does."""
        found = self._session.get_credentials()
        return found is not None and found.method in _TOLD

    @functools.cached_property
    def _identity(self) -> dict[str, str]:
        try:
            found = self._session.client("sts", config=_FIRST).get_caller_identity()
            return {key: str(found[key]) for key in ("Account", "Arn")}
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
            raise explained(error) or error from error

    def assuming(self, role: str | None) -> "Aws":
        """The same account and region in that role; with the own credentials where the role may not be taken on.

        A role that was made a moment ago may not be known everywhere yet, and an administrator needs none. Credentials of
        a role are good for an hour and renewed when they end.
        """
        if role is None:
            return self
        with self._assuming:
            if role not in self._assumed:
                self._assumed[role] = self._assume(role)
            return self._assumed[role]

    def in_region(self, region: str) -> "Aws":
        """The same account in another region."""
        return Aws(session=Session(region, credentials=self._session.get_credentials()))

    def forget(self, role: str) -> None:
        """Try anew to take on this role the next time."""
        self._assumed.pop(role, None)

    def _assume(self, role: str) -> "Aws":
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=functools.partial(self._session.client, config=_RETRIES),
            source_credentials=self._session.get_credentials(),
            role_arn=role,
            extra_args={"RoleSessionName": "dockyard"},
        )
        try:
            first = fetcher.fetch_credentials()
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "AccessDenied":
                return self
            raise
        renewed = RefreshableCredentials.create_from_metadata(first, fetcher.fetch_credentials, "assume-role")
        account = role.split(":")[4]  # of its ARN
        return Aws(session=Session(self.region, self._session.profile, credentials=renewed), account=account)

    @functools.cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """CloudFormation."""
        return self._session.client("cloudformation", config=_RETRIES)

    @functools.cached_property
    def ecs(self) -> "ECSClient":
        """ECS."""
        return self._session.client("ecs", config=_RETRIES)

    @functools.cached_property
    def ecr(self) -> "ECRClient":
        """ECR."""
        return self._session.client("ecr", config=_RETRIES)

    @functools.cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        """Elastic Load Balancing: application load balancers."""
        return self._session.client("elbv2", config=_RETRIES)

    @functools.cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self._session.client("logs", config=_RETRIES)

    @functools.cached_property
    def ssm(self) -> "SSMClient":
        """Systems Manager: parameters."""
        return self._session.client("ssm", config=_RETRIES)

    @functools.cached_property
    def s3(self) -> "S3Client":
        """S3."""
        return self._session.client("s3", config=_RETRIES)

    @functools.cached_property
    def events(self) -> Any:
        """EventBridge: rules."""
        return self._untyped("events")

    @functools.cached_property
    def autoscaling(self) -> Any:
        """Application Auto Scaling."""
        return self._untyped("application-autoscaling")

    @functools.cached_property
    def scheduler(self) -> Any:
        """EventBridge Scheduler."""
        return self._untyped("scheduler")

    @functools.cached_property
    def cloudwatch(self) -> Any:
        """CloudWatch: alarms."""
        return self._untyped("cloudwatch")

    @functools.cached_property
    def sqs(self) -> Any:
        """SQS."""
        return self._untyped("sqs")

    @functools.cached_property
    def stepfunctions(self) -> Any:
        """Step Functions: state machines."""
        return self._untyped("stepfunctions")

    @functools.cached_property
    def secretsmanager(self) -> Any:
        """Secrets Manager."""
        return self._untyped("secretsmanager")

    @functools.cached_property
    def ec2(self) -> Any:
        """EC2: networks."""
        return self._untyped("ec2")

    @functools.cached_property
    def acm(self) -> Any:
        """Certificate Manager."""
        return self._untyped("acm")

    @functools.cached_property
    def route53(self) -> Any:
        """Route 53: hosted zones."""
        return self._untyped("route53")

    @functools.cached_property
    def iam(self) -> Any:
        """IAM."""
        return self._untyped("iam")

    @functools.cached_property
    def quotas(self) -> Any:
        """Service Quotas."""
        return self._untyped("service-quotas")

    @functools.cached_property
    def pricing(self) -> Any:
        """The price list."""
        return self._untyped("pricing")

    @functools.cached_property
    def secrets(self) -> Secrets:
        """Values that nobody else should read."""
        return Secrets(self)

    def lease(self, bucket: str, key: str) -> "Lease":
        """The lock that is this object."""
        from dockyard.doors.lease import Lease  # noqa: PLC0415  # it imports pydantic, and most commands need no lock

        return Lease(self._session.client("s3", config=_SOON), bucket, key, self.account)

    def _untyped(self, service: str) -> Any:
        """A client of a service whose types are not installed."""
        client: Any = self._session.client
        return client(service, config=_RETRIES)

    def parameter(self, name: str) -> str | None:
        """Value of an SSM parameter; None where there is none."""
        try:
            return str(self.ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except self.ssm.exceptions.ParameterNotFound:
            return None

    def parameters(self, names: list[str]) -> dict[str, str]:
        """Values of those SSM parameters that are there."""
        found: dict[str, str] = {}
        for start in range(0, len(names), 10):  # as many as one call takes
            answer = self.ssm.get_parameters(Names=names[start : start + 10])
            found.update({entry["Name"]: entry["Value"] for entry in answer["Parameters"]})
        return found

    def kept(self, bucket: str, key: str) -> bytes:
        """What a bucket of this account keeps under this key; empty where it keeps nothing."""
        try:
            return self.s3.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=self.account)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return b""

    def keep(self, bucket: str, key: str, content: bytes) -> None:
        """Keep it there."""
        self.s3.put_object(Bucket=bucket, Key=key, Body=content, ExpectedBucketOwner=self.account)

    def upload(self, path: Path, bucket: str, key: str) -> None:
        """Put a file in a bucket, unless it is there: keys of assets are hashes of their content."""
        from boto3.s3.transfer import S3Transfer  # noqa: PLC0415  # boto3 is for this alone, and takes a tenth of a second

        try:
            self.s3.head_object(Bucket=bucket, Key=key)
        except self.s3.exceptions.ClientError:
            S3Transfer(self.s3).upload_file(str(path), bucket, key)

    # images

    def image_digest(self, repository: str, tag: str) -> str | None:
        """Digest of the image in ECR; None where the tag, or the repository, is not there."""
        try:
            images = self.ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])["imageDetails"]
        except (self.ecr.exceptions.ImageNotFoundException, self.ecr.exceptions.RepositoryNotFoundException):
            return None
        return images[0]["imageDigest"] if images else None

    def image_size(self, repository: str, digest: str) -> int:
        """Compressed size of an image in ECR, in bytes; of an index, what ECR makes of it."""
        images = self.ecr.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])["imageDetails"]
        return images[0].get("imageSizeInBytes", 0)

    def latest_tag(self, repository: str) -> str | None:
        """Tag of the image that was pushed last; None where there is no image. Caches and what has no tag are passed over."""
        pages = self.ecr.get_paginator("describe_images").paginate(repositoryName=repository, filter={"tagStatus": "TAGGED"})
        try:
            images = [(i["imagePushedAt"], i["imageTags"]) for page in pages for i in page["imageDetails"] if "imageTags" in i]
        except self.ecr.exceptions.RepositoryNotFoundException:
            return None
        found = [(pushed, tag) for pushed, tags in images for tag in tags if not tag.startswith(CACHE_TAG_PREFIX)]
        return max(found)[1] if found else None

    def repository_address(self, repository: str) -> str | None:
        """Where images of this repository are pushed to and pulled from; None where there is no such repository."""
        try:
            return str(self.ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]["repositoryUri"])
        except self.ecr.exceptions.RepositoryNotFoundException:
            return None

    def repositories(self, prefix: str) -> dict[str, str]:
        """Those whose names begin so: names, in order, to ARNs."""
        pages = self.ecr.get_paginator("describe_repositories").paginate()
        found = {one["repositoryName"]: one["repositoryArn"] for page in pages for one in page["repositories"]}
        return {name: found[name] for name in sorted(found) if name.startswith(prefix)}

    def make_repository(self, repository: str) -> str:
        """Address of the repository, which is made where it is missing."""
        address = self.repository_address(repository)
        return address or str(self.ecr.create_repository(repositoryName=repository)["repository"]["repositoryUri"])

    def registry(self) -> Registry:
        """The account's registry, with a token that is good for twelve hours."""
        data = self.ecr.get_authorization_token()["authorizationData"][0]
        username, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
        host = data["proxyEndpoint"].removeprefix("https://").removeprefix("http://")
        until = data.get("expiresAt")
        return Registry(host, username, password, until.timestamp() if until else 0)
