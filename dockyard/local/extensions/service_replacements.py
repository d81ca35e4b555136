"""A service whose name or cluster changes is replaced: CloudFormation makes the new one, and deletes the old one at the end.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
"""

from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.stack_waits import TYPE

_REPLACING = ("Cluster", "ServiceName")
"""Of `SchedulingStrategy` and `Role`, leaving out what is the default would count as a change, too: these are left alone."""


def install(_: Instance) -> None:
    """Say so to the engine of the stacks."""
    provisioners._REPLACING_PROPERTIES[TYPE] = _REPLACING
