"""The Auto Scaling groups behind capacity providers: what managed scaling asks of them, and what their templates say.

- Tasks that wait for room get as many servers as they need, up to the group's maximum; empty servers go after a while, down to
  what `targetCapacity` leaves spare and to the minimum.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
- An update of a template that names no `DesiredCapacity` leaves the number of servers as it is.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-autoscaling-autoscalinggroup.html
"""

import math
import time
from collections.abc import Mapping
from typing import Any

from ministack.services import autoscaling, ec2, ecs
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.container_instances import Group, Task, group_of, servers, tasks_on
from dockyard.local.extensions.instance_types import size_of
from dockyard.local.extensions.placement import room

SCALE_IN_SECONDS = 5.0
"""How long a server stays empty; a quarter of an hour on AWS."""
_MOST_AT_ONCE = 10_000
_DEFAULT_TYPE = "m5.large"
"""Of a group that names no type."""

needed_at: dict[str, float] = {}
"""When all servers of a capacity provider were needed last."""


def is_managed(provider: str) -> bool:
    """Whether ECS scales the group of this capacity provider."""
    return _settings(provider).get("status") == "ENABLED"


def _settings(provider: str) -> dict[str, Any]:
    found: dict[str, Any] = ecs._capacity_providers[provider]["autoScalingGroupProvider"].get("managedScaling") or {}
    return found


def type_of(group: Group) -> str:
    """Instance type of a group's next server."""
    template = ec2._launch_templates.get((group.get("LaunchTemplate") or {}).get("LaunchTemplateId")) or {}
    data = (template.get("Versions") or [{}])[-1].get("LaunchTemplateData") or {}
    launched = autoscaling._launch_configs.get(group.get("LaunchConfigurationName")) or {}
    return str(group.get("_type") or data.get("InstanceType") or launched.get("InstanceType") or _DEFAULT_TYPE)


def scale(cluster: str, provider: str, waiting: list[Task]) -> None:
    """Give the group the servers that tasks wait for, or take those away that nobody has needed for a while."""
    group = group_of(provider)
    if not group or not is_managed(provider):
        return
    registered = servers(cluster, provider)
    if waiting:
        needed_at[provider] = time.monotonic()
        if all(one["InstanceId"] in {server.id for server in registered} for one in group["Instances"]):
            _grow(group, _settings(provider), waiting, len(registered))
        return
    busy = sum(bool(tasks_on(server)) for server in registered)
    wanted = max(group["MinSize"], math.ceil(busy * 100 / int(_settings(provider).get("targetCapacity") or 100)))
    if wanted >= group["DesiredCapacity"]:
        needed_at[provider] = time.monotonic()
    elif time.monotonic() - needed_at.setdefault(provider, time.monotonic()) > SCALE_IN_SECONDS:
        empty = [server.id for server in registered if not tasks_on(server)][: group["DesiredCapacity"] - wanted]
        group["Instances"] = [one for one in group["Instances"] if one["InstanceId"] not in empty]
        group["DesiredCapacity"] = len(group["Instances"])


def is_grown(cluster: str, provider: str) -> bool:
    """Whether all servers are there that managed scaling wants, so that tasks that still wait have none to wait for."""
    group, registered = group_of(provider), {server.id for server in servers(cluster, provider)}
    wanted = min(group["DesiredCapacity"], group["MaxSize"]) if group and is_managed(provider) else None
    return wanted is not None and len(registered) >= wanted


def _grow(group: Group, settings: Mapping[str, Any], waiting: list[Task], now: int) -> None:
    more = _enough_for([task["_need"] for task in waiting], type_of(group))
    step = min(
        max(more, int(settings.get("minimumScalingStepSize") or 1)), int(settings.get("maximumScalingStepSize") or _MOST_AT_ONCE)
    )
    if more:
        group["DesiredCapacity"] = max(now, min(group["MaxSize"], now + step))


def _enough_for(needs: list[dict[str, Any]], type_name: str) -> int:
    """How many empty servers have room for these tasks; those that are too large for one are left."""
    fitting = [need for need in needs if room([_empty(type_name)], [need])]
    return next(
        many for many in range(len(fitting) + 1) if room([_empty(type_name) for _ in range(many)], fitting) == len(fitting)
    )


def _empty(type_name: str) -> dict[str, Any]:
    size = size_of(type_name)
    return {"cpu": size.cpu, "memory": size.memory, "interfaces": size.interfaces, "gpus": size.gpus, "ports": []}


# templates


def keep_what_templates_say() -> None:
    """Types of mixed instances, zones of subnets, the desired capacity that scaling has set, managed draining."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::AutoScaling::AutoScalingGroup"]
    create, update, provide = handler["create"], handler["update"], ecs._create_capacity_provider

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        result = create(logical_id, props, stack)
        _complete(autoscaling._asgs[result[0]], props)
        return result

    def updated(id: str, old: dict[str, Any], new: dict[str, Any], *more: Any) -> Any:
        before = (autoscaling._asgs.get(id) or {}).get("DesiredCapacity", 0)
        result = update(id, old, new, *more)
        group = autoscaling._asgs[result[0]]
        if "DesiredCapacity" not in new:
            group["DesiredCapacity"] = min(max(before, group["MinSize"]), group["MaxSize"])
        _complete(group, new)
        return result

    def create_capacity_provider(data: dict[str, Any]) -> Any:
        answer = provide(data)
        if answer[0] < 400:
            draining = (data.get("autoScalingGroupProvider") or {}).get("managedDraining") or "ENABLED"
            ecs._capacity_providers[data["name"]]["autoScalingGroupProvider"]["managedDraining"] = draining
        return answer

    handler.update(create=created, update=updated)
    ecs._create_capacity_provider = ecs._ACTION_MAP["CreateCapacityProvider"] = create_capacity_provider


def _complete(group: Group, props: Mapping[str, Any]) -> None:
    mixed = (props.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    if mixed:
        group["LaunchTemplate"] = provisioners._asg_launch_template(mixed.get("LaunchTemplateSpecification"))
    group["_type"] = next((one["InstanceType"] for one in mixed.get("Overrides") or [] if one.get("InstanceType")), None)
    subnets = [ec2._subnets.get(id) or {} for id in group["VPCZoneIdentifier"].split(",")]
    zones = [subnet["AvailabilityZone"] for subnet in subnets if subnet.get("AvailabilityZone")]
    group["AvailabilityZones"] = sorted(set(zones)) or group["AvailabilityZones"]
