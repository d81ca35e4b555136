"""Operations of CloudFormation on a stack: what is under way is followed to its end, whoever began it."""

import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from dockyard.deploy.causes import plain
from dockyard.progress import Progress
from dockyard.threads import each

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef

_EMPTY = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")
_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Watch(Protocol):
    """Who is told what happens to the stack; called before the change and at least every two seconds until its end."""

    def __call__(self, *texts: str) -> None:
        """What has happened since the last time, in words."""


def telling(progress: Progress, name: str) -> Watch:
    """Who tells what happens to this stack, and looks at nothing else."""

    def watch(*texts: str) -> None:
        for text in texts:
            progress.update(name, text)

    return watch


def stack_of(client: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    """The stack of this name or id; by an id also one that was deleted."""
    try:
        return client.describe_stacks(StackName=name)["Stacks"][0]
    except client.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def describe(client: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    """The stack; None where there is none, or only an empty one that a change set has made."""
    stack = stack_of(client, name)
    return None if stack and stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack


def version(stack: "StackTypeDef") -> str:
    """When the stack was changed last, and how that ended."""
    return f"{stack.get('LastUpdatedTime', stack['CreationTime']).isoformat()} {stack['StackStatus']}"


def standing(client: "CloudFormationClient") -> set[str]:
    """Names of the stacks of the account and region of which something may run."""
    pages = client.get_paginator("describe_stacks").paginate()
    return {stack["StackName"] for page in pages for stack in page["Stacks"] if stack["StackStatus"] not in _EMPTY}


def untouched(client: "CloudFormationClient", account: str, region: str, left: Mapping[str, str]) -> bool:
    """Whether each of these stacks is as it was left.

    :param left: stack to its `version` then.
    """

    def same(name: str) -> bool:
        stack = describe(client, name)
        whose = stack["StackId"].split(":")[3:5] if stack else []
        return stack is not None and whose == [region, account] and version(stack) == left[name]

    return all(each(same, left))


def awaited(client: "CloudFormationClient", name: str, watch: Watch, before: Collection[str] = ()) -> "StackTypeDef | None":
    """The stack, once no operation is under way; one that is, as of a deploy that was interrupted, is followed to its end.

    :param before: as of `follow`.
    """
    stack = describe(client, name)
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS"):
        watch(f"follows what is under way ({stack['StackStatus']})")
        follow(client, stack["StackId"], begun(stack), watch, before)
        stack = describe(client, name)
    return None if stack and stack["StackStatus"] == "DELETE_COMPLETE" else stack


def begun(stack: "StackTypeDef") -> datetime:
    """When its last operation began."""
    return max(stack["CreationTime"], stack.get("LastUpdatedTime", _LONG_AGO), stack.get("DeletionTime", _LONG_AGO))


def events_of(client: "CloudFormationClient", id: str) -> frozenset[str]:
    """Ids of the stack's last events: so many as `follow` looks at."""
    return frozenset(event["EventId"] for event in client.describe_stack_events(StackName=id)["StackEvents"])


def follow(
    client: "CloudFormationClient", id: str, since: datetime, watch: Watch, before: Collection[str] = ()
) -> tuple[str, list[str]]:
    """Tell the events until no operation is under way; the status then, and why resources failed.

    :param id: of the stack, and not its name, by which one that was deleted is not found.
    :param before: ids of events that are not told, for a deletion: a stack may not say when that began.
    """
    told = set(before)
    reasons: list[str] = []
    for pause in pauses():
        stack, news = stack_of(client, id), []
        for event in reversed(client.describe_stack_events(StackName=id)["StackEvents"]):
            if event["EventId"] in told or event["Timestamp"] < since:
                continue
            told.add(event["EventId"])
            status, name = event.get("ResourceStatus", ""), event.get("LogicalResourceId", "")
            if status.endswith("_FAILED") and "ResourceStatusReason" in event and event.get("PhysicalResourceId") != id:
                reasons.append(f"{name} ({event.get('ResourceType')}): {plain(event['ResourceStatusReason'])}")
            news.append(f"{name} {status}")
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        watch(*news)  # once for all of them: it asks AWS some five times
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(pause)
    return status, [reason for reason in reasons if "cancelled" not in reason]


def pauses() -> Iterator[float]:
    """Seconds between two looks: short at first, for what takes a second; two seconds after a while, for what takes minutes."""
    begun = time.monotonic()
    while True:
        yield min(2.0, 0.1 + (time.monotonic() - begun) / 10)
