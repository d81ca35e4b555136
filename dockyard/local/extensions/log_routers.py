"""A task with a log router (FireLens) runs without it, and its containers log into the router's log group.

So the task definition that is registered is another than on AWS, by the API and in templates, and tells where the logs are.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.log_routing import without_router


def install(_: Instance) -> None:
    """Take it out before the definition is stored; what is wrong with the definition is told before."""
    register, normalized = ecs._register_task_definition, provisioners._normalize_container_defs

    def register_without(data: dict[str, Any]) -> Any:
        containers = data.get("containerDefinitions") or []
        whole = all("name" in one for one in containers)
        return register({**data, "containerDefinitions": without_router(containers)} if whole else data)

    ecs._register_task_definition = ecs._ACTION_MAP["RegisterTaskDefinition"] = register_without
    provisioners._normalize_container_defs = lambda containers: without_router(normalized(containers))


def routed(resources: Iterable[Mapping[str, Any]]) -> int:
    """How many task definitions of these resources of stacks have a log router."""
    definitions = [one["Properties"] for one in resources if one["ResourceType"] == "AWS::ECS::TaskDefinition"]
    return sum(any(one.get("FirelensConfiguration") for one in made["ContainerDefinitions"]) for made in definitions)
