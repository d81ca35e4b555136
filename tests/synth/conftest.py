import os

os.environ["CDK_VALIDATION"] = "false"  # the template validator takes seconds; cfn-lint looks at every template here

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = cdk.Environment(account="123456789012", region="eu-west-1")


@pytest.fixture
def stack():
    """An empty stack of its own app."""
    return cdk.Stack(cdk.App(), "Test", env=ENVIRONMENT)


@pytest.fixture
def vpc(stack):
    """An imported network: no resource of it is in the template."""
    return ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", vpc_cidr_block="10.0.0.0/16", availability_zones=["eu-west-1a", "eu-west-1b"],
        public_subnet_ids=["subnet-1", "subnet-2"], private_subnet_ids=["subnet-3", "subnet-4"],
        private_subnet_route_table_ids=["rtb-3", "rtb-4"], public_subnet_route_table_ids=["rtb-1", "rtb-2"],
    )  # fmt: skip


class Template:
    """A template as Python data: resources by type, properties by name."""

    def __init__(self, stack: cdk.Stack) -> None:
        self.json = assertions.Template.from_stack(stack).to_json()

    def all(self, type_name: str) -> list[dict]:
        return [resource for resource in self.json.get("Resources", {}).values() if resource["Type"] == f"AWS::{type_name}"]

    def one(self, type_name: str) -> dict:
        (found,) = self.all(type_name)
        return found["Properties"]

    def statements(self) -> list[dict]:
        return [s for policy in self.all("IAM::Policy") for s in policy["Properties"]["PolicyDocument"]["Statement"]]


@pytest.fixture
def template(stack):
    """The template of the stack, once all is in it."""
    return lambda: Template(stack)
