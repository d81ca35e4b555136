"""States in which a stack takes no change: what each means, and what mends it.

What is safe is done, and told. What could take data away is asked first: what failed to be made or deleted is deleted then.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-cfn-stack-status-codes.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockyard.deploy.causes import plain
from dockyard.deploy.operations import Watch, awaited, events_of
from dockyard.errors import DeployError

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef

_Act = Callable[["CloudFormationClient", str], object]


@dataclass(frozen=True)
class Safety:
    """What is to be asked before something is changed."""

    check: Callable[[], None]
    """Raises where the environment's lock is not held any more."""
    consent: Callable[[str], bool]
    """Whether the user agrees to what could lose data. Raises UsageError where nobody can be asked."""


def _delete(client: "CloudFormationClient", name: str) -> object:
    return client.delete_stack(StackName=name)


@dataclass(frozen=True)
class Cure:
    """What is done about a state."""

    means: str
    does: str
    act: _Act
    by_hand: str
    """The rest of `aws cloudformation`, for what could not be mended; the failed resources come behind it."""
    loses: bool = False
    """Whether data may be lost by it."""

    @property
    def deletes(self) -> bool:
        """Whether the stack is made anew."""
        return self.act is _delete

    def told(self, status: str) -> str:
        """What the state is, and what a deploy does about it."""
        asked = ", and asks before" if self.loses else ""
        return f"{status}: {self.means}; a deploy begins by {self.does}{asked}"


DELETE_BY_HAND = "delete-stack --retain-resources"
_CURES = {
    "ROLLBACK_COMPLETE": Cure(
        "its creation failed, and what it had made was removed", "removing what a failed creation left", _delete, DELETE_BY_HAND
    ),
    "UPDATE_ROLLBACK_FAILED": Cure(
        "an update failed, and so did the way back",
        "going on with its way back",
        lambda client, name: client.continue_update_rollback(StackName=name),
        "continue-update-rollback --resources-to-skip",
    ),
    "UPDATE_FAILED": Cure(
        "an update failed, and was left as it was (--no-rollback)",
        "going back to what was before",
        lambda client, name: client.rollback_stack(StackName=name),
        "continue-update-rollback --resources-to-skip",
    ),
    "CREATE_FAILED": Cure(
        "its creation failed, and what it had made is still there", "deleting it, to make it anew", _delete, DELETE_BY_HAND, True
    ),
    "ROLLBACK_FAILED": Cure(
        "its creation failed, and not all that it had made could be removed",
        "deleting the rest, to make it anew",
        _delete,
        DELETE_BY_HAND,
        True,
    ),
    "DELETE_FAILED": Cure(
        "it was to be deleted, and not all of it could be", "deleting the rest, to make it anew", _delete, DELETE_BY_HAND, True
    ),
}


def cure_of(status: str) -> Cure | None:
    """What mends a stack in this state; None where it needs nothing, or nothing is known."""
    return _CURES.get(status)


def settled(client: "CloudFormationClient", name: str, watch: Watch, safety: Safety) -> "StackTypeDef | None":
    """The stack in a state in which it can be changed; None where there is none. What is under way is awaited first.

    Raises DeployError with the reasons, and the command to go on by hand, where it cannot be mended, or may not be.
    """
    tried: set[str] = set()
    before: frozenset[str] = frozenset()
    while stack := awaited(client, name, watch, before):
        status = stack["StackStatus"]
        cure = cure_of(status)
        if cure is None:
            _refuse_unknown(client, stack)
            return stack
        if status in tried:
            raise _not_mended(client, stack, cure)
        told = f"{name} is in state {status}: {cure.means}{_told(failed(client, name))}"
        if cure.loses and not safety.consent(f"{told}\ndelete what is left of {name}, with the data in it"):
            raise DeployError(f"{told}: it was left as it is")
        tried.add(status)
        watch(f"{cure.does} ({status})")
        safety.check()
        before = events_of(client, stack["StackId"])
        cure.act(client, name)
    return None


def failed(client: "CloudFormationClient", name: str) -> dict[str, str]:
    """Resources of the stack that failed, to why."""
    found = client.describe_stack_resources(StackName=name)["StackResources"]
    return {
        one["LogicalResourceId"]: plain(one.get("ResourceStatusReason", "no reason given"))
        for one in found
        if one["ResourceStatus"].endswith("_FAILED")
    }


def by_hand(name: str, rest: str, resources: list[str]) -> str:
    """The command that leaves these resources to themselves."""
    verb, option = rest.split()
    return f"aws cloudformation {verb} --stack-name {name} {option} {' '.join(resources)}"


def _not_mended(client: "CloudFormationClient", stack: "StackTypeDef", cure: Cure) -> DeployError:
    name, found = stack["StackName"], failed(client, stack["StackName"])
    message = f"{name} is in state {stack['StackStatus']} again after {cure.does}: {cure.means}{_told(found)}"
    way = f", or leave that to itself: {by_hand(name, cure.by_hand, list(found))}" if found else ""
    return DeployError(message, hint=f"mend what is told, and deploy again{way}")


def _refuse_unknown(client: "CloudFormationClient", stack: "StackTypeDef") -> None:
    if stack["StackStatus"].endswith("_FAILED"):
        reason = stack.get("StackStatusReason", "no reason given")
        raise DeployError(
            f"{stack['StackName']} is in state {stack['StackStatus']}: {reason}{_told(failed(client, stack['StackName']))}",
            hint="mend it in the console of CloudFormation, and deploy again",
        )


def _told(reasons: dict[str, str]) -> str:
    return "".join(f"\n  {id}: {reason}" for id, reason in reasons.items())
