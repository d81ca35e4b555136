"""Stacks in states that take no change; CloudFormation is one that goes from state to state as the test says."""

from datetime import UTC, datetime

import pytest

from dockyard.deploy.states import Safety, settled
from dockyard.errors import DeployError


class CloudFormation:
    """One stack. Each act leads to the next of `becomes`; None: it is gone."""

    class exceptions:  # noqa: N801
        ClientError = RuntimeError

    def __init__(self, status, becomes=()):
        self.status, self.becomes, self.acts = status, list(becomes), []

    def describe_stacks(self, StackName):  # noqa: N803
        if self.status is None:
            raise RuntimeError(f"Stack with id {StackName} does not exist")
        status = self.status
        if status.endswith("_IN_PROGRESS"):
            self.status = self.becomes.pop(0)
        when = datetime(2026, 1, 1, tzinfo=UTC)
        return {"Stacks": [{"StackName": "web", "StackId": "arn", "StackStatus": status, "CreationTime": when}]}

    def describe_stack_events(self, StackName):  # noqa: N803
        return {"StackEvents": []}

    def describe_stack_resources(self, StackName):  # noqa: N803
        failed = {"LogicalResourceId": "Bucket", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "it is not empty"}
        return {"StackResources": [failed, {"LogicalResourceId": "Topic", "ResourceStatus": "CREATE_COMPLETE"}]}

    def _act(self, name):
        self.acts.append(name)
        self.status = self.becomes.pop(0)

    def delete_stack(self, StackName):  # noqa: N803
        self._act("delete")

    def rollback_stack(self, StackName):  # noqa: N803
        self._act("rollback")

    def continue_update_rollback(self, StackName):  # noqa: N803
        self._act("continue")


def settle(stack, *, agrees=None):
    asked, told = [], []

    def consent(question):
        asked.append(question)
        assert agrees is not None, "nobody was to be asked"
        return agrees

    return (
        settled(stack, "web", lambda *texts: told.extend(texts), Safety(lambda: stack.acts.append("check"), consent)),
        asked,
        told,
    )


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"])
def test_a_sound_stack_is_left_alone(status):
    stack = CloudFormation(status)
    assert settle(stack)[0]["StackStatus"] == status
    assert stack.acts == []


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_one_that_is_not_there_or_empty_is_made(status):
    assert settle(CloudFormation(status, ["REVIEW_IN_PROGRESS"]))[0] is None


def test_what_is_under_way_is_followed_to_its_end():
    stack = CloudFormation("UPDATE_IN_PROGRESS", ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"])
    found, _, told = settle(stack)
    assert found["StackStatus"] == "UPDATE_COMPLETE"
    assert told[0] == "follows what is under way (UPDATE_IN_PROGRESS)"


@pytest.mark.parametrize(
    ("status", "act", "becomes", "left"),
    [
        ("ROLLBACK_COMPLETE", "delete", ["DELETE_IN_PROGRESS", None], None),
        ("UPDATE_ROLLBACK_FAILED", "continue", ["UPDATE_ROLLBACK_COMPLETE"], "UPDATE_ROLLBACK_COMPLETE"),
        ("UPDATE_FAILED", "rollback", ["UPDATE_ROLLBACK_COMPLETE"], "UPDATE_ROLLBACK_COMPLETE"),
    ],
)
def test_what_is_safe_is_mended_and_told(status, act, becomes, left):
    stack = CloudFormation(status, becomes)
    found, asked, told = settle(stack)
    assert (found and found["StackStatus"]) == left
    assert stack.acts == ["check", act]
    assert asked == []
    assert f"({status})" in told[0]


def test_of_a_deletion_that_mends_nothing_is_told_that_came_before_it(monkeypatch):
    stack, when = CloudFormation("ROLLBACK_COMPLETE", ["DELETE_IN_PROGRESS", None]), datetime(2026, 1, 2, tzinfo=UTC)

    def events(StackName):  # noqa: N803
        happened = [*(["DELETE_IN_PROGRESS"] if "delete" in stack.acts else []), "ROLLBACK_COMPLETE", "CREATE_IN_PROGRESS"]
        return {"StackEvents": [{"EventId": one, "ResourceStatus": one, "Timestamp": when} for one in happened]}

    monkeypatch.setattr(stack, "describe_stack_events", events)
    assert [text for text in settle(stack)[2] if text] == [
        "removing what a failed creation left (ROLLBACK_COMPLETE)",
        "follows what is under way (DELETE_IN_PROGRESS)",
        " DELETE_IN_PROGRESS",
    ]


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_what_could_lose_data_is_asked_first(status):
    stack = CloudFormation(status, [None])
    found, asked, _ = settle(stack, agrees=True)
    assert found is None
    assert stack.acts == ["check", "delete"]
    assert f"web is in state {status}: " in asked[0]
    assert "Bucket: it is not empty" in asked[0]
    assert "Topic" not in asked[0]
    assert asked[0].endswith("delete what is left of web, with the data in it")


def test_what_nobody_agrees_to_is_left():
    stack = CloudFormation("DELETE_FAILED")
    with pytest.raises(DeployError, match="left as it is"):
        settle(stack, agrees=False)
    assert stack.acts == []


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name web --resources-to-skip Bucket"),
        ("DELETE_FAILED", "aws cloudformation delete-stack --stack-name web --retain-resources Bucket"),
    ],
)
def test_what_cannot_be_mended_is_told_with_the_command_that_can(status, command):
    stack = CloudFormation(status, [status])
    with pytest.raises(DeployError, match=f"{status} again.*\n  Bucket: it is not empty") as raised:
        settle(stack, agrees=True)
    assert raised.value.hint.endswith(command)
    assert len(stack.acts) == 2


def test_a_failure_that_nothing_mends_is_told():
    with pytest.raises(DeployError, match="IMPORT_ROLLBACK_FAILED"):
        settle(CloudFormation("IMPORT_ROLLBACK_FAILED"))
