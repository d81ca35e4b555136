"""Blue/green, canary and linear deployments: all new tasks beside the old ones, then the traffic, then the old tasks go.

- A deployment takes AWS's stages in their order; its tasks are launched at `SCALE_UP`, as many as are wanted, and it goes on when
  all are well. Until it has ended, the tasks before it are kept at their number too.
- Whatever fails it, traffic goes back first, then its tasks go. One that another interrupts has its traffic taken back as well.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
- Traffic that Service Connect or VPC Lattice would shift, early success, and the controllers `CODE_DEPLOY` and `EXTERNAL` are
  refused, as are bake times and lifecycle hooks of rolling updates: a template that asks for them must not pass for one that
  has had them.

A minute of a bake time is a second here.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import error_response_json, get_account_id, get_region, request_scope
from ministack.services import ecs

from dockyard.local import lifecycle_hooks as hook_rules
from dockyard.local.extensions import deployments, lifecycle_hooks, service_history, task_definitions, traffic_shift
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.rollouts import Rollout, interrupted, is_in_stages
from dockyard.local.extensions.service_history import Deployment, Service
from dockyard.local.extensions.service_revisions import named, revision
from dockyard.local.strategies import is_staged, problems

_NOT_OF_ROLLING = ("bakeTimeInMinutes", "lifecycleHooks", "linearConfiguration", "canaryConfiguration")
_BESIDE = 1_000_000
"""Percent of the wanted tasks that may run: no old one is stopped for a new one."""

_running: set[str] = set()
"""Ids of deployments whose stages a thread takes."""


def install(_: Instance) -> None:
    """Refuse what is not there, before anything is made or changed; take the stages of what is."""
    create, update = ecs._create_service, ecs._update_service
    ecs._create_service = ecs._ACTION_MAP["CreateService"] = lambda data: _refusal(data, None) or create(data)
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = lambda data: _refusal(data, named(data)) or update(data)
    _launch_in_stages()


def reset() -> None:
    """Forget who runs; the threads see for themselves that their service is gone."""
    _running.clear()


def _launch_in_stages() -> None:
    reconcile, failure = ecs._reconcile_service_tasks, ecs._record_service_task_failure

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        service = ecs._services.get(key) or {}
        primary = ecs._primary_deployment(service)
        if not primary:
            reconcile(cluster, key)
            return
        traffic_shift.take_side(service, primary)
        _take_traffic_back(service, primary)
        if not is_in_stages(service, primary):
            reconcile(cluster, key)
            return
        _begin(key, service, primary)
        _keep_blue(cluster, service, primary)
        if service_history.record(primary).get("launches"):
            with _beside(service):
                reconcile(cluster, key)
        ecs._refresh_service_state(cluster, f"service:{service['serviceName']}")

    def record_failure(task: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        failure(task, *args, **kwargs)
        service = ecs._services.get(service_key(task)) or {}
        primary = ecs._primary_deployment(service)
        if primary and task.get("_deployment_id") != primary["id"] and is_in_stages(service, primary):
            ecs._reconcile_service_tasks(service_key(task).split("/", maxsplit=1)[0], service_key(task))

    ecs._reconcile_service_tasks, ecs._record_service_task_failure = reconcile_service_tasks, record_failure


def _begin(key: str, service: Service, deployment: Deployment) -> None:
    """Once a deployment, and once more after a restart, from the stage that it was at."""
    record = service_history.record(deployment)
    if "held" not in record:
        blue = traffic_shift.predecessor(service, deployment)
        record.update(held=True, step=0, replaces=bool(blue), interrupts=bool(blue and list(interrupted(service, deployment))))
        traffic_shift.begin(service, deployment)
    if deployment["id"] not in _running:
        _running.add(deployment["id"])
        rollout = Rollout(key, service, deployment)
        spawn_background(_go, rollout, get_account_id(), get_region(), thread_name="dockyard-deployment-stages")


def _go(rollout: Rollout, account: str, region: str) -> None:
    with request_scope(account, region):
        try:
            rollout.go()
        finally:
            _running.discard(rollout.deployment["id"])


def _keep_blue(cluster: str, service: Service, deployment: Deployment) -> None:
    """Replace the tasks that the revision before has lost."""
    blue = traffic_shift.predecessor(service, deployment)
    missing = service["desiredCount"] - len(deployments.tasks_of(blue)) if blue else 0
    if blue and missing > 0 and any(one is blue for one in service["deployments"]):
        settings = revision(service, blue)
        kept = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration")
        name = service["serviceName"]
        ecs._run_task({
            "cluster": cluster, "taskDefinition": blue["taskDefinition"], "count": missing, "group": f"service:{name}",
            "startedBy": name, "enableExecuteCommand": service.get("enableExecuteCommand", False),
            "_deploymentId": blue["id"], **{name: settings.get(name) for name in kept},
        })  # fmt: skip


def _take_traffic_back(service: Service, deployment: Deployment) -> None:
    """To a deployment that another went back to, before the tasks of that one are stopped; its functions are told."""
    if "_rolled_back" not in deployment:
        return
    failed = service_history.named(service, deployment["_rolled_back"])
    moved = [traffic for traffic in traffic_shift.RULES if traffic_shift.share(failed, traffic)]
    for traffic in moved:
        with contextlib.suppress(LookupError):
            traffic_shift.shift(service, deployment, traffic, 100.0)
    if moved:
        stages = [f"{traffic.upper()}_TRAFFIC_SHIFT" for traffic in moved]
        spawn_background(_tell, service, failed, stages, get_account_id(), get_region(), thread_name="dockyard-rollback-hooks")


def _tell(service: Service, failed: Deployment, stages: list[str], account: str, region: str) -> None:
    with request_scope(account, region):
        for stage in stages:
            lifecycle_hooks.tell(service, failed, stage)


@contextlib.contextmanager
def _beside(service: Service) -> Iterator[None]:
    """All tasks are launched beside the old ones, whatever `maximumPercent` is for rolling updates."""
    kept = service["deploymentConfiguration"]
    lifted = service["deploymentConfiguration"] = {**kept, "maximumPercent": _BESIDE}
    try:
        yield
    finally:
        if service["deploymentConfiguration"] is lifted:
            service["deploymentConfiguration"] = kept


# what is refused


def _refusal(data: dict[str, Any], service: Service | None) -> Any:
    whole = {**(service or {}), **task_definitions.with_template(data)}
    if refused := list(_refused(whole)):
        return error_response_json("UnsupportedFeatureException", f"{', '.join(refused)}: not done by the local AWS.")
    if not {"deploymentConfiguration", "loadBalancers"} & data.keys():
        return None
    configuration, balancers = whole.get("deploymentConfiguration") or {}, whole.get("loadBalancers") or []
    found = [*problems(configuration, balancers), *hook_rules.problems(configuration.get("lifecycleHooks") or [])]
    if is_staged(configuration):
        found += [f"{arn} not found" for arn in traffic_shift.missing(balancers)]
    return error_response_json("InvalidParameterException", f"{'; '.join(found)}.") if found else None


def _refused(service: dict[str, Any]) -> Iterator[str]:
    configuration = service.get("deploymentConfiguration") or {}
    strategy, staged = configuration.get("strategy", "ROLLING"), is_staged(configuration)
    if (controller := (service.get("deploymentController") or {}).get("type", "ECS")) != "ECS":
        yield f"deploymentController {controller}"
    if not staged:
        yield from (
            f"deploymentConfiguration.{name} with the strategy ROLLING" for name in _NOT_OF_ROLLING if configuration.get(name)
        )
    if (configuration.get("earlySuccessCriteria") or {}).get("enable"):
        yield "deploymentConfiguration.earlySuccessCriteria"
    connect = service.get("serviceConnectConfiguration") or {}
    if staged and connect.get("enabled") and connect.get("services"):  # who only calls others has no such traffic
        yield f"{strategy} with Service Connect, whose traffic would not be shifted"
    if staged and service.get("vpcLatticeConfigurations"):
        yield f"{strategy} with VPC Lattice"
    primary = ecs._primary_deployment(service)
    if primary and service_history.record(primary).get("alternate") and not traffic_shift.has_alternate(service):
        yield "loadBalancers without advancedConfiguration while the tasks are in the alternate target group"
