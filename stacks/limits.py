"""How much a stack may hold.

CDK refuses stacks that are too large, too, but at their synthesis, with a trace and without a way out.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from collections.abc import Iterator

import aws_cdk as cdk

MOST_RESOURCES = 500


def size_problem(stack: cdk.Stack, way_out: str) -> Iterator[str]:
    """What is told of a stack that has become too large."""
    made = sum(isinstance(one, cdk.CfnResource) for one in stack.node.find_all())
    if made > MOST_RESOURCES:
        yield f"make {made} resources in the stack {stack.stack_name}, and CloudFormation takes {MOST_RESOURCES}; {way_out}"
