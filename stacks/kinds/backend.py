"""`kind: backend`: found by its name by the services that call it."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Backend
from dockyard_constructs import BackendService, ContainerSettings
from stacks.alarms import add_alarms
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
        health_check=_health_check(settings),
        **container,
    )
    scale(around.stack, settings.count, service.service)
    add_alarms(around, settings.alarms, service.service)
    return service.task_definition


def _health_check(settings: Backend) -> ecs.HealthCheck | None:
    health = settings.health
    if health is None:
        return None
    return ecs.HealthCheck(
        command=["CMD-SHELL", health.command],
        interval=cdk.Duration.seconds(health.interval),
        timeout=cdk.Duration.seconds(health.timeout),
        retries=health.retries,
        start_period=cdk.Duration.seconds(health.start_period),
    )
