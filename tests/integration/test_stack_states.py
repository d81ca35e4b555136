"""Stacks that were left in a state that takes no change: the next deploy mends them, asks, or tells what to do."""

import json
import time

import pytest

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.states import Safety
from dockyard.doors.aws import Aws
from dockyard.errors import DeployError
from tests.integration.images import Repository
from tests.integration.workplace import At

NAME = "states"
REPOSITORY = {"Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "of-states"}}}
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}
FAULT = {"Fault": {"Type": "AWS::SQS::Queue", "Properties": {"NoSuch": 1}, "DependsOn": "Topic"}}
LATE = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Late": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "2"},
        "DependsOn": "Images",
    },
}
"""It fails two seconds after the repository is there."""


class Stack:
    """One stack, as others leave it, and its deploy."""

    def __init__(self, site):
        self.aws = Aws(session=At(site.port))
        self.site, self.client, self.ecr = site, self.aws.cloudformation, site.client("ecr")
        self.asked = []

    def deploy(self, resources, *, agrees=None):
        """The status at the end. With nothing to agree to nobody is to be asked."""

        def consent(question):
            self.asked.append(question)
            assert agrees is not None, question
            return agrees

        artifact = StackArtifact(NAME, _template(resources), {}, {}, False, None, None, (), None, (), None, None)
        told = []
        StackDeployer(self.aws, self.aws, Safety(lambda: None, consent)).deploy(artifact, lambda *texts: told.extend(texts))
        return self.status(), told

    def status(self):
        """Once nothing is under way; None where there is no stack."""
        while True:
            stacks = [one for one in self.client.describe_stacks()["Stacks"] if one["StackName"] == NAME]
            if not stacks or not stacks[0]["StackStatus"].endswith("_IN_PROGRESS"):
                return stacks[0]["StackStatus"] if stacks else None
            time.sleep(0.05)

    def create(self, resources, **settings):
        self.client.create_stack(StackName=NAME, TemplateBody=_template(resources), **settings)

    def update(self, resources, **settings):
        self.client.update_stack(StackName=NAME, TemplateBody=_template(resources), **settings)

    def fill(self):
        """Push an image to the repository, once it is there, which cannot be deleted then."""
        end = time.monotonic() + 10
        while not self._is_there():
            assert time.monotonic() < end
            time.sleep(0.02)
        Repository(self.site, "of-states", make=False).push("data", "v1")

    def empty(self):
        if self._is_there():
            self.ecr.batch_delete_image(repositoryName="of-states", imageIds=[{"imageTag": "v1"}])

    def _is_there(self):
        return any(one["repositoryName"] == "of-states" for one in self.ecr.describe_repositories()["repositories"])


def _template(resources):
    return json.dumps({"Resources": resources})


@pytest.fixture
def stack(site):
    one = Stack(site)
    yield one
    one.empty()
    one.status()
    one.client.delete_stack(StackName=NAME)
    assert one.status() is None
    if one._is_there():
        one.ecr.delete_repository(repositoryName="of-states", force=True)


def test_an_empty_one_that_only_a_change_set_has_made_is_made(stack):
    stack.client.create_change_set(
        StackName=NAME, ChangeSetName="left", ChangeSetType="CREATE", TemplateBody=_template(TOPIC | REPOSITORY)
    )
    assert stack.client.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert stack.deploy(TOPIC)[0] == "CREATE_COMPLETE"


def test_what_is_under_way_is_followed_step_by_step_before_anything_is_compared(stack):
    """As after a deploy that was killed."""
    stack.create(TOPIC)
    stack.status()
    stack.update(TOPIC | REPOSITORY | LATE)
    status, told = stack.deploy(TOPIC)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert told[0] == "follows what is under way (UPDATE_IN_PROGRESS)"
    assert any(text.startswith("Late ") and text.endswith("_FAILED") for text in told)
    assert told.index("Images DELETE_COMPLETE") > 0


def test_one_whose_creation_failed_and_was_rolled_back_is_made_anew(stack):
    stack.create(TOPIC | FAULT)
    assert stack.status() == "ROLLBACK_COMPLETE"
    status, told = stack.deploy(TOPIC)
    assert status == "CREATE_COMPLETE"
    assert told[0] == "removing what a failed creation left (ROLLBACK_COMPLETE)"


def test_one_whose_update_was_left_where_it_failed_goes_back_first(stack):
    stack.create(TOPIC)
    assert stack.status() == "CREATE_COMPLETE"
    stack.update(TOPIC | FAULT, DisableRollback=True)
    assert stack.status() == "UPDATE_FAILED"
    status, told = stack.deploy(TOPIC | REPOSITORY)
    assert status == "UPDATE_COMPLETE"
    assert told[0] == "going back to what was before (UPDATE_FAILED)"


def test_one_whose_creation_was_left_where_it_failed_is_deleted_after_a_question(stack):
    stack.create(TOPIC | FAULT, DisableRollback=True)
    assert stack.status() == "CREATE_FAILED"
    with pytest.raises(DeployError, match="left as it is"):
        stack.deploy(TOPIC, agrees=False)
    assert stack.status() == "CREATE_FAILED"
    assert stack.deploy(TOPIC, agrees=True)[0] == "CREATE_COMPLETE"
    assert "what it had made is still there" in stack.asked[0]


def test_one_that_could_not_be_deleted_is_deleted_after_a_question_and_made_anew(stack):
    stack.create(REPOSITORY)
    stack.fill()
    stack.status()
    stack.client.delete_stack(StackName=NAME)
    assert stack.status() == "DELETE_FAILED"
    with pytest.raises(DeployError, match=r"is in state DELETE_FAILED again.*\n  Images: ") as raised:
        stack.deploy(TOPIC, agrees=True)
    assert raised.value.hint.endswith(f"aws cloudformation delete-stack --stack-name {NAME} --retain-resources Images")
    stack.empty()
    assert stack.deploy(TOPIC, agrees=True)[0] == "CREATE_COMPLETE"


def test_one_whose_creation_could_not_be_taken_back_is_deleted_after_a_question(stack):
    stack.create(REPOSITORY | LATE)
    stack.fill()
    assert stack.status() == "ROLLBACK_FAILED"
    stack.empty()
    assert stack.deploy(TOPIC, agrees=True)[0] == "CREATE_COMPLETE"
    assert "not all that it had made could be removed" in stack.asked[0]
