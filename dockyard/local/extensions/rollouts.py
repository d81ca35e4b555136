"""A deployment on its way through the stages of its strategy.

No extension: `strategies` sends it. Where it stands is in its record, so that another thread can go on from there.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from ministack.services import ecs

from dockyard.local.extensions import deployments, lifecycle_hooks, service_history, traffic_shift
from dockyard.local.extensions.deployment_failures import Failure, fail
from dockyard.local.extensions.service_history import Deployment, Service
from dockyard.local.strategies import Step, is_staged, steps

SECONDS_A_MINUTE = 1.0
"""Of bake times, which nobody waits for on a laptop."""
HOOK = Failure(
    monitor="",
    event="lifecycle hook failed.",
    state="ECS deployment lifecycle hook failed.",
    rollback="ECS deployment lifecycle hook failed: rolling back to deploymentId {}.",
    status="Service deployment rolled back because a lifecycle hook failed.",
)
RULE = Failure(
    monitor="",
    event="listener rule not found.",
    state="ECS deployment failed: listener rule not found.",
    rollback="ECS deployment failed: listener rule not found. Rolling back to deploymentId {}.",
    status="Service deployment rolled back because a listener rule was not found.",
)
_TICK = 0.1


def is_in_stages(service: Service, deployment: Deployment) -> bool:
    """Whether a deployment is on its way through the stages."""
    record = service_history.record(deployment)
    under_way = service["status"] == "ACTIVE" and deployment["rolloutState"] == "IN_PROGRESS" and "_rolled_back" not in deployment
    return under_way and record.get("held", True) and is_staged(record["configuration"])


def interrupted(service: Service, deployment: Deployment) -> Iterator[Deployment]:
    """Deployments of the service that have tasks or traffic, and are neither this one nor what it replaces."""
    blue = traffic_shift.predecessor(service, deployment)
    for one in service["deployments"]:
        if one is not deployment and one is not blue and (deployments.tasks_of(one) or traffic_shift.share(one, "production")):
            yield one


class Rollout:
    """One deployment on its way through the stages."""

    def __init__(self, key: str, service: Service, deployment: Deployment) -> None:
        self.key, self.service, self.deployment = key, service, deployment
        self.cluster = key.split("/", maxsplit=1)[0]
        self.record = service_history.record(deployment)

    def go(self) -> None:
        """Take all steps that are left, or those until it fails."""
        kept = self.record
        if kept.get("launches"):  # after a restart, whose tasks are new
            self._wait(self._is_well)
        for step in steps(kept["configuration"], replaces=kept["replaces"], interrupts=kept["interrupts"])[kept["step"] :]:
            if why := self._take(step):
                fail(self.key, self.deployment, why, rollback=True)
            if not self.goes_on():
                return
            kept["step"] += 1

    def goes_on(self) -> bool:
        """Whether it is still what the service wants."""
        return (
            ecs._services.get(self.key) is self.service
            and ecs._primary_deployment(self.service) is self.deployment
            and is_in_stages(self.service, self.deployment)
        )

    def _take(self, step: Step) -> Failure | None:
        """Do what a stage does; why it failed, if it did."""
        self.record.update(stage=step.stage, hooks=[])
        if step.before and not self._hooks(step.before):
            return HOOK
        try:
            for traffic, percent in step.shares:
                self._while_it_goes_on(partial(traffic_shift.shift, self.service, self.deployment, traffic, percent))
            self._act(step.stage)
        except LookupError:
            return RULE
        if not self._hooks(step.stage):
            return HOOK
        end = time.monotonic() + step.minutes * SECONDS_A_MINUTE
        self._wait(lambda: time.monotonic() >= end)
        return None

    def _act(self, stage: str) -> None:
        if stage == "RECONCILE_SERVICE":
            self._while_it_goes_on(self._give_up_interrupted)
        elif stage == "SCALE_UP":
            self._scale_up()
        elif stage == "CLEAN_UP":
            self._clean_up()

    def _hooks(self, stage: str) -> bool:
        return lifecycle_hooks.succeed(self.service, self.deployment, stage, self.goes_on)

    def _while_it_goes_on(self, act: Callable[[], None]) -> None:
        """Whoever fails the deployment meanwhile takes the traffic back after this."""
        with service_history.scheduler(self.service):
            if self.goes_on():
                act()

    def _wait(self, over: Callable[[], bool]) -> None:
        while self.goes_on() and not over():
            time.sleep(_TICK)

    def _give_up_interrupted(self) -> None:
        if blue := traffic_shift.predecessor(self.service, self.deployment):
            for traffic in traffic_shift.RULES:
                traffic_shift.shift(self.service, blue, traffic, 100.0)
        for one in list(interrupted(self.service, self.deployment)):
            for task in deployments.tasks_of(one):
                ecs._stop_task({"task": task["taskArn"], "cluster": self.cluster, "reason": "Deployment stopped"})

    def _scale_up(self) -> None:
        self.record["launches"] = True
        ecs._reconcile_service_tasks(self.cluster, self.key)
        self._wait(self._is_well)

    def _is_well(self) -> bool:
        return deployments.is_well(self.service, self.deployment)

    def _clean_up(self) -> None:
        self.record["held"] = False
        ecs._complete_service_deployment(self.cluster, self.key, self.deployment["id"])
