"""One stack: whether it is as it should be, and the change set that makes it so."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from dockyard.deploy.archive import archive
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.operations import Watch, describe, follow, pauses, version
from dockyard.deploy.replacements import NOTHING_LOST, Allowed, changes, refusal
from dockyard.deploy.states import Safety, settled
from dockyard.doors.aws import Aws
from dockyard.doors.folders import temporary
from dockyard.errors import DeployError

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef

INLINE_TEMPLATE_BYTES = 51_200
"""A longer template must be in a bucket (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""
_SOUND = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
NOT_DEPLOYED = "was not deployed"
STILL_RUNS = ", and what ran still runs"
"""Said of a stack that went back, as long as nobody has seen otherwise."""
"""What is told of a stack before its status and, a line each, why resources failed."""
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def _refuse(*_: object) -> NoReturn:
    raise DeployError("nothing may be changed without the environment's lock")


READ_ONLY = Safety(check=_refuse, consent=_refuse)
"""For who only looks."""


@dataclass(frozen=True)
class Deployed:
    """How a stack was left."""

    name: str
    changed: bool
    version: str
    """Time of its last change: another one means that somebody changed it since."""
    outputs: dict[str, str]


class StackDeployer:
    """Deploys stacks into one account and region."""

    def __init__(self, aws: Aws, reading: Aws, safety: Safety = READ_ONLY, allowed: Allowed = NOTHING_LOST) -> None:
        """Make a deployer.

        :param reading: the same account, in a role that may read.
        :param safety: what is asked before each change. Default: nothing may be changed.
        :param allowed: changes that are made although requests or data are lost by them.
        """
        self._aws, self._reading, self._safety, self._allowed = aws, reading, safety, allowed
        self.under_way: set[str] = set()
        """Stacks that are being changed, and would go on without us."""
        self.began = threading.Event()
        """Set once the first of them is."""

    def current(self, artifact: StackArtifact) -> Deployed | None:
        """The stack, where a deploy would find nothing to change; else None."""
        acting = self._aws.assuming(artifact.deploy_role)
        stack = describe(acting.cloudformation, artifact.name)
        return _deployed(artifact.name, stack, changed=False) if stack and self._is_current(artifact, stack, acting) else None

    def deploy(self, artifact: StackArtifact, watch: Watch) -> Deployed:
        """Make the stack what the artifact says, unless it is; wait for the end. Raises DeployError with the reasons."""
        acting = self._aws.assuming(artifact.deploy_role)
        client = acting.cloudformation
        current = self._settled(client, artifact.name, watch)
        if current and self._is_current(artifact, current, acting):
            return _deployed(artifact.name, current, changed=False)
        self._safety.check()
        self._publish(artifact)
        changed = self._change(client, artifact, exists=bool(current), watch=watch)
        self._protect(client, artifact, current)
        stack = describe(client, artifact.name)
        assert stack  # noqa: S101  # it has just been deployed
        return _deployed(artifact.name, stack, changed=changed)

    def look(self, name: str) -> Deployed:
        """The stack as it is. Raises DeployError where it is not there."""
        stack = describe(self._reading.cloudformation, name)
        if not stack:
            raise DeployError(f"no stack {name}")
        return _deployed(name, stack, changed=True)

    def is_as_wanted(self, artifact: StackArtifact) -> bool | None:
        """Whether a deploy would find nothing to change; None where the stack is not there."""
        stack = describe(self._reading.cloudformation, artifact.name)
        if not stack or stack["StackStatus"] in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
            return None
        return self._is_current(artifact, stack, self._reading)

    def _is_current(self, artifact: StackArtifact, stack: "StackTypeDef", acting: Aws) -> bool:
        """Whether template, tags, protection and every SSM value are those of the artifact: no change set is needed then."""
        if stack["StackStatus"] not in _SOUND:
            return False
        if {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])} != dict(artifact.tags):
            return False
        if bool(stack.get("EnableTerminationProtection")) != artifact.termination_protection:
            return False
        deployed = acting.cloudformation.get_template(StackName=artifact.name, TemplateStage="Original")["TemplateBody"]
        if not _same_template(deployed, artifact.template):
            return False
        resolved = {p["ParameterKey"]: p.get("ResolvedValue", "") for p in stack.get("Parameters", [])}
        wanted = artifact.parameter_defaults()
        values = self._reading.parameters(sorted(set(wanted.values())))
        return all(values.get(name) is not None and resolved.get(key) == values[name] for key, name in wanted.items())

    def _publish(self, artifact: StackArtifact) -> None:
        for file in artifact.files:
            if (file.bucket, file.key) == artifact.template_asset and len(artifact.template.encode()) <= INLINE_TEMPLATE_BYTES:
                continue
            with temporary("dockyard-asset-") as room:
                path = archive(file.path, room / "asset.zip") if file.packaging == "zip" else file.path
                self._aws.assuming(file.role).upload(path, file.bucket, file.key)

    def _change(self, client: "CloudFormationClient", artifact: StackArtifact, *, exists: bool, watch: Watch) -> bool:
        name = f"dockyard-{uuid.uuid4().hex[:12]}"
        template: Any = {"TemplateBody": artifact.template}
        if artifact.template_asset and len(artifact.template.encode()) > INLINE_TEMPLATE_BYTES:
            bucket, key = artifact.template_asset
            template = {"TemplateURL": f"https://{bucket}.s3.{self._aws.region}.amazonaws.com/{key}"}
        role: Any = {"RoleARN": artifact.execution_role} if artifact.execution_role else {}
        client.create_change_set(
            StackName=artifact.name,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if exists else "CREATE",
            ImportExistingResources=True,  # repositories that stayed when their services went
            Capabilities=_CAPABILITIES,  # type: ignore[arg-type]
            Tags=[{"Key": key, "Value": value} for key, value in artifact.tags.items()],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in artifact.parameters.items()],
            **template,
            **role,
        )
        watch()  # while CloudFormation compares
        for pause in pauses():
            found = client.describe_change_set(StackName=artifact.name, ChangeSetName=name)
            if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            time.sleep(pause)
        if found["Status"] == "FAILED":
            client.delete_change_set(StackName=artifact.name, ChangeSetName=name)
            reason = found.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates are to be performed" in reason:
                return False
            raise DeployError(f"{artifact.name}: CloudFormation refused the change: {reason}")
        if exists and (refused := refusal(changes(client, artifact.name, name), artifact, self._reading, self._allowed)):
            client.delete_change_set(StackName=artifact.name, ChangeSetName=name)
            raise refused
        self._safety.check()
        with self.changing(artifact.name):
            client.execute_change_set(StackName=artifact.name, ChangeSetName=name)
            _end(artifact.name, *follow(client, found["StackId"], found["CreationTime"], watch))
        return True

    def _settled(self, client: "CloudFormationClient", name: str, watch: Watch) -> "StackTypeDef | None":
        def noted(*texts: str) -> None:
            self.under_way.add(name)  # else nothing would be told
            watch(*texts)

        found = settled(client, name, noted, self._safety)
        self.under_way.discard(name)
        return found

    @contextmanager
    def changing(self, *stacks: str) -> Iterator[None]:
        """Note that these are being changed, for who interrupts it."""
        self.under_way.update(stacks)
        self.began.set()
        yield
        self.under_way.difference_update(stacks)

    def _protect(self, client: "CloudFormationClient", artifact: StackArtifact, current: "StackTypeDef | None") -> None:
        was = bool(current and current.get("EnableTerminationProtection"))
        if was != artifact.termination_protection:
            self._safety.check()
            client.update_termination_protection(
                StackName=artifact.name, EnableTerminationProtection=artifact.termination_protection
            )


def _end(name: str, status: str, reasons: list[str]) -> None:
    """Raise DeployError with the reasons, unless it ended well."""
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"):
        detail = "".join(f"\n  {reason}" for reason in reasons)
        left = f"; it is as it was before{STILL_RUNS}" if status == "UPDATE_ROLLBACK_COMPLETE" else ""
        raise DeployError(f"{name}: {NOT_DEPLOYED} ({status}){left}{detail}")


def _deployed(name: str, stack: "StackTypeDef", *, changed: bool) -> Deployed:
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return Deployed(name, changed, version(stack), outputs)


def _same_template(deployed: Any, wanted: str) -> bool:
    parsed = json.loads(deployed) if isinstance(deployed, str) else deployed
    return bool(parsed == json.loads(wanted))
