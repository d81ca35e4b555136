"""Stacks that were left in a state that takes no change: the next deploy mends them, asks, or tells what to do."""

import json
import time

import pytest

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.states import Safety
from dockyard.doors.aws import Aws
from dockyard.errors import DeployError
from tests.integration.workplace import At

NAME = "states"
CIDR = "10.77.0.0/16"
VPC = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": CIDR}}}
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}
FAULT = {"Fault": {"Type": "AWS::SQS::Queue", "Properties": {"NoSuch": 1}, "DependsOn": "Topic"}}
LATE = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Late": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "2"},
        "DependsOn": "Vpc",
    },
}
"""It fails two seconds after the network is there."""


class Stack:
    """One stack, as others leave it, and its deploy."""

    def __init__(self, site):
        self.aws = Aws(session=At(site.port))
        self.client, self.ec2 = self.aws.cloudformation, site.client("ec2")
        self.asked = []

    def deploy(self, resources, *, agrees=None):
        """The status at the end. With nothing to agree to nobody is to be asked."""

        def consent(question):
            self.asked.append(question)
            assert agrees is not None, question
            return agrees

        artifact = StackArtifact(NAME, _template(resources), {}, {}, False, None, None, (), None, (), None, None)
        told = []
        StackDeployer(self.aws, self.aws, Safety(lambda: None, consent)).deploy(artifact, told.append)
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
        """Make something in the network, once it is there, without which it cannot be deleted."""
        end = time.monotonic() + 10
        while not (found := self._vpcs()):
            assert time.monotonic() < end
            time.sleep(0.02)
        self.ec2.create_subnet(VpcId=found[0], CidrBlock="10.77.1.0/24")

    def empty(self):
        for vpc in self._vpcs():
            for subnet in self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
                self.ec2.delete_subnet(SubnetId=subnet["SubnetId"])

    def _vpcs(self):
        return [one["VpcId"] for one in self.ec2.describe_vpcs()["Vpcs"] if one["CidrBlock"] == CIDR]


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


def test_an_empty_one_that_only_a_change_set_has_made_is_made(stack):
    stack.client.create_change_set(
        StackName=NAME, ChangeSetName="left", ChangeSetType="CREATE", TemplateBody=_template(TOPIC | VPC)
    )
    assert stack.client.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert stack.deploy(TOPIC)[0] == "CREATE_COMPLETE"


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
    status, told = stack.deploy(TOPIC | VPC)
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
    stack.create(VPC)
    stack.fill()
    stack.status()
    stack.client.delete_stack(StackName=NAME)
    assert stack.status() == "DELETE_FAILED"
    with pytest.raises(DeployError, match=r"is in state DELETE_FAILED again.*\n  Vpc: ") as raised:
        stack.deploy(TOPIC, agrees=True)
    assert raised.value.hint.endswith(f"aws cloudformation delete-stack --stack-name {NAME} --retain-resources Vpc")
    stack.empty()
    assert stack.deploy(TOPIC, agrees=True)[0] == "CREATE_COMPLETE"


def test_one_whose_way_back_failed_goes_on_with_it_once_it_can(stack):
    stack.create(TOPIC)
    stack.status()
    stack.update(TOPIC | VPC | LATE)
    stack.fill()
    assert stack.status() == "UPDATE_ROLLBACK_FAILED"
    with pytest.raises(DeployError, match=r"is in state UPDATE_ROLLBACK_FAILED again.*\n  Vpc: ") as raised:
        stack.deploy(TOPIC)
    assert raised.value.hint.endswith(f"aws cloudformation continue-update-rollback --stack-name {NAME} --resources-to-skip Vpc")
    stack.empty()
    status, told = stack.deploy(TOPIC)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert told[0] == "going on with its way back (UPDATE_ROLLBACK_FAILED)"


def test_one_whose_creation_could_not_be_taken_back_is_deleted_after_a_question(stack):
    stack.create(VPC | LATE)
    stack.fill()
    assert stack.status() == "ROLLBACK_FAILED"
    stack.empty()
    assert stack.deploy(TOPIC, agrees=True)[0] == "CREATE_COMPLETE"
    assert "not all that it had made could be removed" in stack.asked[0]
