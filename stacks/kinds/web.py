"""`kind: web`: behind the platform's load balancer. The output `Address` is where it answers."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Web
from dockyard_constructs import ContainerSettings, HealthCheck, WebService
from stacks.alarms import add_alarms
from stacks.deployment import deployment, wait_for_alarms
from stacks.routes import address, entrance, rule_options, rule_route, target_settings
from stacks.scaling import first_count, scale
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Web, container: ContainerSettings) -> ecs.TaskDefinition:
    """A service with a rule on the listener."""
    http, stack, listeners = settings.http, around.stack, around.listeners(settings)
    number = around.project.lock.priority(http, environment=around.environment.name, service=around.name)
    service = WebService(
        stack,
        "Web",
        cluster=around.cluster(settings),
        listener=listeners.get("public"),
        internal_listener=listeners.get("internal"),
        route=rule_route(http, number),
        port=settings.port,
        desired_count=first_count(settings.count),
        health_check=HealthCheck(**http.health.model_dump()),
        target=target_settings(http),
        rule_options=rule_options(around.stack, around.environment, around.name, http),
        deployment=deployment(around, settings, number),
        namespace=around.namespace(settings) if settings.calls else None,
        **container,
    )
    groups = {"target_group": service.target_group, "alternate_target_group": service.alternate_target_group}
    scale(stack, settings.count, service.service, target_group=service.target_group)
    balancer = f"{entrance(http)}load-balancer"
    of_requests: dict[str, Any] = {**groups, "load_balancer_full_name": around.value(f"{balancer}-full-name")}
    if inside := service.internal_target_group:
        of_requests["internal"] = inside, around.value("internal-load-balancer-full-name")
    wait_for_alarms(service, add_alarms(around, settings.alarms, service.service, **of_requests))
    dns_name = around.value(f"{balancer}-dns-name")
    where = address(around.environment, http, dns_name)
    cdk.CfnOutput(stack, "Address", value=where, description="Where the service answers")
    if http.host or around.environment.settings.domains:
        cdk.CfnOutput(stack, "LoadBalancer", value=dns_name, description="Where the name of the host must point")
    return service.task_definition
