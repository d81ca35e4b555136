"""An alarm that goes into ALARM during a deployment fails it, and rolls it back if that was asked for.

- An alarm that is in ALARM when a deployment begins is there before it: then none of its alarms is looked at.
- After the old tasks are stopped, the alarms are looked at for the bake time. AWS computes it from the alarms, some minutes; here
  it is five seconds, and none for a first deployment, which has nothing to go back to.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
"""

import time
from collections.abc import Iterable
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch, ecs

from dockyard.local.extensions import deployments, service_history, traffic_shift
from dockyard.local.extensions.deployment_failures import Failure, fail
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_history import Deployment, Service
from dockyard.local.strategies import is_staged

BAKE_SECONDS = 5.0
ALARM = Failure(
    monitor="alarms",
    event="alarm detected.",
    state="ECS deployment failed: alarm detected.",
    rollback="ECS deployment failed: alarm detected. Rolling back to deploymentId {}.",
    status="Service deployment rolled back because a CloudWatch alarm was triggered.",
)
_TICK = 0.2


def install(_: Instance) -> None:
    """Look at the alarms of each deployment, from its beginning to its end."""
    reconcile, complete = ecs._reconcile_service_tasks, ecs._complete_service_deployment

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        service = ecs._services.get(key) or {}
        primary = ecs._primary_deployment(service)
        if primary and "alarms" not in service_history.record(primary):
            _begin(key, service, primary)
        reconcile(cluster, key)

    def complete_service_deployment(cluster: str, key: str, *args: Any, **kwargs: Any) -> None:
        service = ecs._services.get(key) or {}
        primary = ecs._primary_deployment(service)
        if not primary or not deployments.is_steady(service, primary) or not _bakes(cluster, service, primary):
            complete(cluster, key, *args, **kwargs)

    ecs._reconcile_service_tasks, ecs._complete_service_deployment = reconcile_service_tasks, complete_service_deployment


def _wanted(settings: dict[str, Any]) -> list[str]:
    """Names of the alarms that a deployment with these settings is to be failed by."""
    alarms = (settings.get("deploymentConfiguration") or {}).get("alarms") or {}
    return list(alarms.get("alarmNames") or []) if alarms.get("enable") else []


def _begin(key: str, service: Service, deployment: Deployment) -> None:
    names = _wanted(service)
    rollback = bool(names and service["deploymentConfiguration"]["alarms"].get("rollback"))
    watched = bool(names) and not ringing(names) and deployment["rolloutState"] == "IN_PROGRESS"
    service_history.record(deployment)["alarms"] = {"names": names, "watched": watched, "triggered": []}
    if watched:
        spawn_background(
            _watch, key, deployment, rollback, get_account_id(), get_region(), thread_name="dockyard-deployment-alarms"
        )


def ringing(names: Iterable[str]) -> list[str]:
    """Which of these alarms, metric or composite, are in ALARM."""
    found = {name: cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name) for name in names}
    return [name for name, alarm in found.items() if alarm and alarm["StateValue"] == "ALARM"]


def _watch(key: str, deployment: Deployment, rollback: bool, account: str, region: str) -> None:
    alarms = service_history.record(deployment)["alarms"]
    with request_scope(account, region):
        while deployment["rolloutState"] == "IN_PROGRESS" and deployment["status"] == "PRIMARY":
            if found := ringing(alarms["names"]):
                alarms["triggered"] = found
                fail(key, deployment, ALARM, rollback=rollback)
                return
            if key not in ecs._services:
                return
            time.sleep(_TICK)


def _bakes(cluster: str, service: Service, primary: Deployment) -> bool:
    """Whether the bake time is not over; it begins when the tasks of other deployments are stopped.

    Other strategies than rolling updates have a bake time of their own, within which these alarms are looked at.
    """
    record = service_history.record(primary)
    alarms = record["alarms"]
    if not alarms["watched"] or "_rolled_back" in primary or is_staged(record["configuration"]):
        return False
    if not traffic_shift.predecessor(service, primary):
        return False
    if "until" not in alarms:
        alarms["until"] = time.monotonic() + BAKE_SECONDS
        deployments.stop_old(cluster, service, primary)
        key = f"{cluster}/{service['serviceName']}"
        spawn_background(_baked, key, primary, get_account_id(), get_region(), thread_name="dockyard-bake-time")
    return time.monotonic() < alarms["until"]


def _baked(key: str, deployment: Deployment, account: str, region: str) -> None:
    time.sleep(BAKE_SECONDS)
    with request_scope(account, region):
        ecs._complete_service_deployment(key.split("/", maxsplit=1)[0], key, deployment["id"])
