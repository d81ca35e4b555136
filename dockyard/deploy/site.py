"""What a deploy works with: the project, one environment, and the doors to the outside."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from dockyard.build.builder import Workshop
from dockyard.config import Environment, Project
from dockyard.deploy.operations import stack_of
from dockyard.doors.aws import Aws
from dockyard.doors.process import Processes
from dockyard.errors import DeployError, PrerequisiteError

PARTITION = "aws"


_QUALIFIER = "@aws-cdk/core:bootstrapQualifier"


def qualifier(root: Path) -> str:
    """What the names of the bootstrap's resources have in common: cdk.json may say it, and the default is CDK's.

    https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
    """
    return str((_settings(root).get("context") or {}).get(_QUALIFIER) or "hnb659fds")


def _settings(root: Path) -> Mapping[str, Any]:
    """What cdk.json says; nothing where there is none."""
    file = root / "cdk.json"
    return mapping_in(file) if file.is_file() else {}


def mapping_in(path: Path) -> Mapping[str, Any]:
    """The JSON in a settings file of the CDK. Raises DeployError where it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DeployError(f"{path.name}: not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise DeployError(f"{path.name}: should be a mapping of keys")
    return content


def in_lookup_role(aws: Aws, root: Path) -> Aws:
    """The account in the bootstrap's role that may read: who deploys needs no right but to take on roles."""
    return _in_role("lookup", aws, root)


def in_deploy_role(aws: Aws, root: Path) -> Aws:
    """The account in the bootstrap's role that may make, change and delete stacks."""
    return _in_role("deploy", aws, root)


def in_publishing_role(aws: Aws, root: Path) -> Aws:
    """The account in the bootstrap's role that may read and write its bucket."""
    return _in_role("file-publishing", aws, root)


@functools.lru_cache(maxsize=8)
def bootstrap_bucket(aws: Aws, root: Path) -> str:
    """Name of the bootstrap's bucket, as its stack tells it; that of CDK's own, where it may not be asked, or is of another.

    `cdk bootstrap --bootstrap-bucket-name` gives it any name. The stack is CDKToolkit, unless cdk.json names another as
    `toolkitStackName`.
    """
    usual, own = f"cdk-{qualifier(root)}-assets-{aws.account}-{aws.region}", qualifier(root)
    try:
        stack = stack_of(in_lookup_role(aws, root).cloudformation, str(_settings(root).get("toolkitStackName") or "CDKToolkit"))
    except ClientError:
        return usual
    found = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", ())} if stack else {}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())} if stack else {}
    return outputs.get("BucketName", usual) if found.get("Qualifier") == own else usual


def in_other_account(aws: Aws, root: Path, account: str) -> Aws:
    """Another account of the same region, in its role that may read; the own one, where that is meant.

    Raises PrerequisiteError where that account does not let this one in.
    """
    if account == aws.account:
        return aws
    other = _in_role("lookup", aws, root, account)
    if other is aws:
        raise PrerequisiteError(
            f"account {account} does not let {aws.account} read it ({aws.region})",
            hint=f"run there: cdk bootstrap --trust-for-lookup {aws.account}; or name a profile of that account",
        )
    return other


def _in_role(purpose: str, aws: Aws, root: Path, account: str | None = None) -> Aws:
    return aws.assuming(_role(purpose, root, account or aws.account, aws.region))


def _role(purpose: str, root: Path, account: str, region: str) -> str:
    """ARN of a role of the bootstrap."""
    return f"arn:{PARTITION}:iam::{account}:role/cdk-{qualifier(root)}-{purpose}-role-{account}-{region}"


class Synth(Protocol):
    """What writes the cloud assembly of an environment (`dockyard.deploy.synth.synthesize`)."""

    def __call__(
        self, root: Path, out: Path, processes: Processes, *, environment: str, account: str, region: str, validate: bool
    ) -> None:
        """Write it to `out`, anew. Raises DeployError."""


@dataclass(frozen=True)
class Site:
    """One environment in one account and region."""

    project: Project
    environment: Environment
    aws: Aws
    processes: Processes
    workshop: Workshop
    synth: Synth | None = None
    """What synthesizes in the place of a process for each time."""

    @property
    def receipt_file(self) -> Path:
        """Where the receipt of this environment, account and region is kept."""
        return self.workshop.folder / "receipts" / f"{self._place}.json"

    @property
    def inputs_file(self) -> Path:
        """Where it is kept what went into the images of the last deploy."""
        return self.workshop.folder / "receipts" / f"{self._place}.inputs.json"

    @property
    def lock_file(self) -> Path:
        """What tells whether the process of this folder lives that holds the environment's lock."""
        return self.workshop.folder / f"deploy-{self._place}.lock"

    @property
    def assembly(self) -> Path:
        """Where synth writes: a folder of its own, for another environment may be synthesized at the same time."""
        return self.workshop.folder / "cdk.out" / self._place

    @property
    def looked_at(self) -> Path:
        """Where synth writes for who only looks: a deploy may be under way."""
        return self.assembly.with_name(f"{self._place}.look")

    @property
    def _place(self) -> str:
        return f"{self.aws.account}-{self.aws.region}-{self.environment.name}"

    @property
    def registry_stack(self) -> str:
        """Name of the stack with the repositories."""
        return f"{self.project.name}-registry"

    @property
    def cluster(self) -> str:
        """Name of the environment's ECS cluster."""
        return f"{self.project.name}-{self.environment.shared}"

    @property
    def reading(self) -> Aws:
        """The account in a role that may read it."""
        return in_lookup_role(self.aws, self.project.root)

    @property
    def lookup_role(self) -> str:
        """ARN of that role."""
        return _role("lookup", self.project.root, self.aws.account, self.aws.region)

    @property
    def publishing_role(self) -> str:
        """ARN of the role that pushes images; the registry stack makes it."""
        name = f"cdk-{self.project.name}-publish-{self.aws.account}-{self.aws.region}"
        return f"arn:{PARTITION}:iam::{self.aws.account}:role/{name}"

    def service_stack(self, service: str) -> str:
        """Name of a service's stack."""
        return f"{self.project.name}-{self.environment.name}-{service}"
