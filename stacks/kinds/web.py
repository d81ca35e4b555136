"""`kind: web`: behind the platform's load balancer. The output `Address` is where it answers."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Web, path_patterns
from dockyard_constructs import ContainerSettings, HealthCheck, Route, WebService
from stacks.alarms import add_alarms
from stacks.deployment import deployment, wait_for_alarms
from stacks.scaling import first_count, scale
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Web, container: ContainerSettings) -> ecs.TaskDefinition:
    """A service with a rule on the listener."""
    http, stack = settings.http, around.stack
    number = around.project.lock.priority(http, environment=around.environment.name, service=around.name)
    service = WebService(
        stack,
        "Web",
        cluster=around.cluster(settings),
        listener=around.listener(settings),
        route=Route(number, list(path_patterns(http.path)), http.host),
        port=settings.port,
        desired_count=first_count(settings.count),
        health_check=HealthCheck(**http.health.model_dump()),
        deployment=deployment(around, settings, number),
        namespace=around.namespace(settings) if settings.calls else None,
        **container,
    )
    groups = {"target_group": service.target_group, "alternate_target_group": service.alternate_target_group}
    scale(stack, settings.count, service.service, target_group=service.target_group)
    wait_for_alarms(service, add_alarms(around, settings.alarms, service.service, **groups))
    balancer = around.value("load-balancer-dns-name")
    host = http.host if http.host and not http.host.startswith("*") else balancer
    cdk.CfnOutput(stack, "Address", value=f"http://{host}{http.path}", description="Where the service answers")
    if http.host:
        cdk.CfnOutput(stack, "LoadBalancer", value=balancer, description="Where the name of the host must point")
    return service.task_definition
