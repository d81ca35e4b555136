"""A stack that changes a service sets the number of tasks that its template names, also where that is as it was.

Whatever it has become meanwhile. Where the template names none, it stays.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html#cfn-ecs-service-desiredcount
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.stack_waits import TYPE

_COUNT = "DesiredCount"


def install(_: Instance) -> None:
    """Let the number count as changed."""
    handler = provisioners._RESOURCE_HANDLERS[TYPE]
    update = handler["update"]

    def update_with_count(physical_id: str, old: dict[str, Any], new: dict[str, Any], *args: Any) -> Any:
        return update(physical_id, {key: value for key, value in old.items() if key != _COUNT}, new, *args)

    handler["update"] = update_with_count
