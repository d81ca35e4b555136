"""A task definition that AWS would refuse is refused, and one that asks for what the local AWS does not do.

By the API and in templates: a wrong one must not wait for the real deploy to fail.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json, new_uuid
from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from dockyard.local.definition_rules import faults, not_done
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.task_definitions import camel

_COMPLETE = ("family", "containerDefinitions")


def install(_: Instance) -> None:
    """Refuse before anything is made."""
    register, create = ecs._register_task_definition, provisioners._ecs_task_def_create

    def register_checked(data: dict[str, Any]) -> Any:
        whole = all(data.get(name) for name in _COMPLETE) and all("name" in one for one in data["containerDefinitions"])
        fault = fault_of(data) if whole else None  # ministack tells what is missing
        return error_response_json("ClientException", fault, 400) if fault else register(data)

    def create_checked(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        family = props.get("Family", f"{stack}-{logical_id}")
        if fault := fault_of({**camel({key: value for key, value in props.items() if key != "Tags"}), "family": family}):
            raise ValueError(
                f'Resource handler returned message: "Invalid request provided: Create TaskDefinition: {fault} '
                f'(Service: Ecs, Status Code: 400)" (RequestToken: {new_uuid()}, HandlerErrorCode: InvalidRequest)'
            )
        return create(logical_id, props, stack)

    ecs._register_task_definition = ecs._ACTION_MAP["RegisterTaskDefinition"] = register_checked
    provisioners._ecs_task_def_create = create_checked
    provisioners._RESOURCE_HANDLERS["AWS::ECS::TaskDefinition"]["create"] = create_checked


def fault_of(definition: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong, or not done."""
    undone = ", ".join(not_done(definition))
    return next(faults(definition), f"{undone}: not done by the local AWS." if undone else None)
