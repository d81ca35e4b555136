"""`kind: web`: behind the platform's load balancer, or one of its own. The output `Address` is where it answers."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Http, Nlb, Web
from dockyard_constructs import ContainerSettings, HealthCheck, NetworkLoadBalancer, WebService
from stacks.alarms import add_alarms
from stacks.deployment import deployment, wait_for_alarms
from stacks.network_load_balancer import addresses, network_load_balancer
from stacks.routes import address, entrance, rule_options, rule_route, target_settings
from stacks.scaling import first_count, scale
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Web, container: ContainerSettings) -> ecs.TaskDefinition:
    """A service with a rule on the listener, a load balancer of its own, or both."""
    http, stack, listeners = settings.http, around.stack, around.listeners(settings.http, settings)
    lock, environment = around.project.lock, around.environment.name
    number = lock.priority(http, environment=environment, service=around.name) if http else None
    network = network_load_balancer(around, settings)
    service = WebService(
        stack,
        "Web",
        cluster=around.cluster(settings),
        listener=listeners.get("public"),
        internal_listener=listeners.get("internal"),
        network=network,
        port=settings.port,
        desired_count=first_count(settings.count),
        deployment=deployment(around, settings, number),
        namespace=around.namespace(settings) if settings.calls else None,
        **(_of_http(around, http, number) if http and number else {}),
        **container,
    )
    scale(stack, settings.count, service.service, target_group=service.target_group)
    of_requests = _measured(around, http, service) if http else {}
    wait_for_alarms(service, add_alarms(around, settings.alarms, service.service, network=network, **of_requests))
    if http:
        _tell_address(around, http)
    if settings.nlb and network:
        _tell_network_address(stack, settings.nlb, network, also=http is None)
    return service.task_definition


def _of_http(around: Surroundings, http: Http, number: int) -> dict[str, Any]:
    """Which requests reach it and how, as its construct takes that."""
    return {
        "route": rule_route(http, number),
        "health_check": HealthCheck(**http.health.model_dump()),
        "target": target_settings(http),
        "rule_options": rule_options(around.stack, around.environment, around.name, http),
    }


def _measured(around: Surroundings, http: Http, service: WebService) -> dict[str, Any]:
    """What alarms look at."""
    balancer = f"{entrance(http)}load-balancer"
    found: dict[str, Any] = {
        "target_group": service.target_group,
        "alternate_target_group": service.alternate_target_group,
        "load_balancer_full_name": around.value(f"{balancer}-full-name"),
    }
    if inside := service.internal_target_group:
        found["internal"] = inside, around.value("internal-load-balancer-full-name")
    return found


def _tell_address(around: Surroundings, http: Http) -> None:
    dns_name = around.value(f"{entrance(http)}load-balancer-dns-name")
    where = address(around.environment, http, dns_name)
    cdk.CfnOutput(around.stack, "Address", value=where, description="Where the service answers")
    if http.host or around.environment.settings.domains:
        cdk.CfnOutput(around.stack, "LoadBalancer", value=dns_name, description="Where the name of the host must point")


def _tell_network_address(stack: cdk.Stack, nlb: Nlb, network: NetworkLoadBalancer, *, also: bool) -> None:
    """`also`: as the address of the service, where it has no other."""
    dns_name = network.load_balancer.load_balancer_dns_name
    first, *_ = every = addresses(nlb, dns_name)
    if also:
        cdk.CfnOutput(stack, "Address", value=first, description="Where the service answers")
    cdk.CfnOutput(stack, "NetworkAddress", value=" ".join(every), description="Where it answers what is no HTTP")
    if nlb.host:
        cdk.CfnOutput(stack, "NetworkLoadBalancer", value=dns_name, description="Where the names of nlb must point")
