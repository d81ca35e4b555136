"""A service that AWS would refuse is refused, by the API and in templates.

- Its cluster and task definition must be there, its load balancers' containers and ports in the definition.
- A target group that no listener forwards to yet: in a template the service must depend on the listener or its rule.
- Percentages that let a deployment neither start nor stop a task.
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting.html
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import alb, ecs

from dockyard.local.extensions import service_history, service_revisions
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.run_task_checks import Refusal, definition_of, of_cluster, of_definition

_PERCENT = {"maximumPercent": 200, "minimumHealthyPercent": 100}


def install(_: Instance) -> None:
    """Before anything is made or changed."""
    create, update = ecs._create_service, ecs._update_service

    def create_service(data: dict[str, Any]) -> Any:
        refusal = of_cluster(data) or of_definition(data) or _of_service(data)
        return error_response_json(*refusal, 400) if refusal else create(data)

    def update_service(data: dict[str, Any]) -> Any:
        refusal = of_cluster(data) or _of_update(data)
        return error_response_json(*refusal, 400) if refusal else update(data)

    ecs._create_service = ecs._ACTION_MAP["CreateService"] = create_service
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = update_service


def _of_update(data: Mapping[str, Any]) -> Refusal:
    cluster, name = ecs._resolve_cluster_name(data.get("cluster") or "default"), ecs._resolve_service_ref(data.get("service", ""))
    service = ecs._services.get(f"{cluster}/{name[0]}") if name else None
    if not service:
        return None  # ministack tells it
    asked = {name: data[name] for name in ("desiredCount", "deploymentConfiguration") if data.get(name) is not None}
    if data.get("taskDefinition") is None and "loadBalancers" not in data:
        return _of_service({**asked, "taskDefinition": service["taskDefinition"]})
    asked["taskDefinition"] = data.get("taskDefinition") or service["taskDefinition"]
    asked["loadBalancers"] = data["loadBalancers"] if "loadBalancers" in data else service["loadBalancers"]
    return (of_definition(asked) if data.get("taskDefinition") else None) or _of_service(asked, _former_groups(service))


def _former_groups(service: dict[str, Any]) -> set[str]:
    """Target groups of its deployments so far: CloudFormation goes back to one before its listener does."""
    settings = [service_revisions.revision(service, one) for one in service_history.deployments(service)]
    return {balanced.get("targetGroupArn", "") for one in settings for balanced in one.get("loadBalancers") or []}


def _of_service(data: Mapping[str, Any], former: Collection[str] = ()) -> Refusal:
    for balanced in data.get("loadBalancers") or []:
        group = balanced.get("targetGroupArn")
        if refusal := _of_container(balanced, definition_of(data)) or (
            None if group in former and group in alb._tgs else _of_group(group)
        ):
            return refusal
    if int(data.get("desiredCount") or 0) < 0:
        return "InvalidParameterException", "desiredCount must not be negative."
    percent = {**_PERCENT, **(data.get("deploymentConfiguration") or {})}
    if int(percent["maximumPercent"]) == int(percent["minimumHealthyPercent"]) == 100:
        both = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
        return "InvalidParameterException", both
    if not 0 <= int(percent["minimumHealthyPercent"]) < int(percent["maximumPercent"]):
        return "InvalidParameterException", "minimumHealthyPercent must be at least 0 and less than maximumPercent."
    return None


def _of_container(balanced: Mapping[str, Any], definition: Mapping[str, Any]) -> Refusal:
    name, port = balanced.get("containerName"), balanced.get("containerPort")
    container = next((one for one in definition.get("containerDefinitions") or [] if one["name"] == name), None)
    if not container:
        return "InvalidParameterException", f"The container {name} does not exist in the task definition."
    mappings = container.get("portMappings") or []
    if not any("containerPortRange" in one or str(one.get("containerPort")) == str(port) for one in mappings):
        return "InvalidParameterException", f"The container {name} did not have a container port {port} defined."
    return None


def _of_group(arn: str | None) -> Refusal:
    if arn and arn not in alb._tgs:
        return "InvalidParameterException", f"The target group with targetGroupArn {arn} does not exist."
    if arn and not any(arn in json.dumps(rule["Actions"]) for rule in list(alb._rules.values())):
        words = f"The target group with targetGroupArn {arn} does not have an associated load balancer."
        return "InvalidParameterException", words
    return None
