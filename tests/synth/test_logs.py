import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from dockyard.config import RETENTIONS
from stacks.logs import retention


def test_each_number_of_days_is_the_one_in_the_template():
    stack = cdk.Stack()
    for days in RETENTIONS:
        logs.LogGroup(stack, f"Logs{days}", retention=retention(days))
    found = Template.from_stack(stack).find_resources("AWS::Logs::LogGroup")
    assert sorted(str(one.get("Properties", {}).get("RetentionInDays", "forever")) for one in found.values()) == sorted(
        map(str, RETENTIONS)
    )
