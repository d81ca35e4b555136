"""`kind: backend`: found by its name by the services that call it."""

from aws_cdk import aws_ecs as ecs

from dockyard.config import Backend
from dockyard_constructs import BackendService, ContainerSettings
from stacks.alarms import add_alarms
from stacks.runtime import health_check
from stacks.scaling import first_count, scale
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Backend, container: ContainerSettings) -> ecs.TaskDefinition:
    """A service in the platform's namespace."""
    service = BackendService(
        around.stack,
        "Backend",
        cluster=around.cluster(settings),
        namespace=around.namespace(settings),
        dns_name=around.name,
        port=settings.port,
        protocol=settings.protocol,
        desired_count=first_count(settings.count),
        health_check=health_check(settings.health),
        **container,
    )
    scale(around.stack, settings.count, service.service)
    add_alarms(around, settings.alarms, service.service)
    return service.task_definition
