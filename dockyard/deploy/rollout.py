"""How the deployment of a service goes, while its stack is deployed: steps, tasks, requests, alarms, and what it waits for."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from dockyard.config import Environment, Web
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.refusal import reason
from dockyard.deploy.unplaced import unplaced
from dockyard.doors.aws import Aws
from dockyard.doors.services import ecs_service, newest_deployment

_TYPE = "AWS::ECS::Service"
_DONE = "done"
_BEGUN = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
"""States of a deployment that has not ended."""
ALONE = ("bake: ", f"{_DONE}: ")
"""How the state of a deployment begins whose new tasks have all requests."""
_STEPS = {
    "RECONCILE_SERVICE": "settle",
    "PRE_SCALE_UP": "before",
    "SCALE_UP": "new tasks",
    "POST_SCALE_UP": "new tasks",
    "TEST_TRAFFIC_SHIFT": "test",
    "POST_TEST_TRAFFIC_SHIFT": "test",
    "PRE_PRODUCTION_TRAFFIC_SHIFT": "shift",
    "PRODUCTION_TRAFFIC_SHIFT": "shift",
    "POST_PRODUCTION_TRAFFIC_SHIFT": "shift",
    "BAKE_TIME": "bake",
    "CLEAN_UP": "old tasks",
}
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html"""


def step(deployment: Mapping[str, Any]) -> str:
    """Which step it is at. Rolling deployments tell no stages: what they do is seen by their tasks."""
    if deployment.get("rollback"):
        return "rollback"
    if deployment.get("status") == "SUCCESSFUL":
        return _DONE
    if stage := deployment.get("lifecycleStage"):
        return _STEPS.get(stage, stage.lower())
    new = deployment.get("targetServiceRevision") or {}
    if new.get("runningTaskCount", 0) < new.get("requestedTaskCount", 0):
        return "new tasks"
    return "old tasks" if _old(deployment) else "bake"


def state(deployment: Mapping[str, Any]) -> str:
    """Its tasks, and who gets the requests where that is shared."""
    new = deployment.get("targetServiceRevision") or {}
    text = f"{step(deployment)}: {new.get('runningTaskCount', 0)} of {new.get('requestedTaskCount', 0)} new tasks run"
    text += f", {_old(deployment)} old"
    share = new.get("requestedProductionTrafficWeight")
    return text if share is None else f"{text}; {share:g} % of the requests go to the new ones"


def waits(deployment: Mapping[str, Any]) -> bool:
    """Whether it waits for somebody's approval."""
    return any(hook.get("status") == "AWAITING_ACTION" for hook in deployment.get("lifecycleHookDetails") or [])


def awaits(service: str, environment: Environment) -> str:
    """What is told of one that waits: by which commands it goes on or back, and how the new version is looked at before."""
    settings = environment.services.get(service)
    looked = (
        f"; requests with the header {settings.deploy.test_header} reach the new tasks"
        if isinstance(settings, Web) and settings.http and settings.deploy.has_test_rule
        else ""
    )
    answers = (f"dockyard {word} {service} --env {environment.name}" for word in ("approve", "reject"))
    return f"waits for approval: {', or '.join(answers)}{looked}"


def fault(deployment: Mapping[str, Any]) -> str:
    """Why it goes back or is given up, in AWS's words and with the alarms that went off; empty where it does not."""
    reason = (deployment.get("rollback") or {}).get("reason") or ""
    if not reason and deployment.get("status") not in ("SUCCESSFUL", "PENDING", "IN_PROGRESS"):
        reason = deployment.get("statusReason") or ""
    alarms = (deployment.get("alarms") or {}).get("triggeredAlarmNames") or []
    return f"{reason} ({', '.join(alarms)})" if reason and alarms else reason


def _old(deployment: Mapping[str, Any]) -> int:
    return sum(one.get("runningTaskCount", 0) for one in deployment.get("sourceServiceRevisions") or [])


class RolloutWatch:
    """Looks at the newest deployment of one stack's service from time to time, unless it had ended before.

    One that is under way at the first look is that of a deploy that was interrupted, as a stack is looked at only while it is
    changed, or somebody else's; either is waited for.
    """

    def __init__(
        self,
        aws: Aws,
        artifact: StackArtifact,
        approval: str,
        remedy: str,
        rejected_by: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it.

        :param approval: what is told of one that waits for it.
        :param remedy: what is told where its tasks find no place.
        :param rejected_by: who rejected the deployment of an ARN; empty where nobody did, or is known.
        """
        self._aws, self._stack, self._clock = aws, artifact.name, clock
        self._approval, self._remedy, self._rejected_by = approval, remedy, rejected_by
        self._has_service = bool(artifact.resources(_TYPE))
        self._service: str | None = None
        self._before: str | None = None
        self._looked = False
        self._begun: list[tuple[str, float]] = []
        self._told: set[str] = set()
        self._lacked = ""
        self.now = ""
        """What it does now."""
        self.since: float | None = None
        """When all new tasks were seen to run, by the clock, of the last time that they came to it; None where they did not."""
        self._all_run = False
        self.fault = ""
        """Why it went back, if it did; what follows it does not take that away."""

    def look(self) -> list[str]:
        """What has happened since the last time."""
        newest = self._newest() if self._has_service else None
        found = str(newest["serviceDeploymentArn"]) if newest else None
        first, self._looked = not self._looked, True
        if first and newest and newest.get("status") not in _BEGUN:
            self._before = found
        if not found or found == self._before:
            return []
        told = self._aws.ecs.describe_service_deployments(serviceDeploymentArns=[found])["serviceDeployments"]
        return self._seen(told[0]) if told else []

    def tasks(self) -> tuple[int, int]:
        """How many tasks of the service run now, and how many should; none of either where there is no service."""
        if not self._service:
            return 0, 0
        found = ecs_service(self._aws, self._service.split("/")[1], self._service)
        return found["runningCount"], found["desiredCount"]

    def definition(self) -> str:
        """ARN of the task definition that the service's new tasks have; empty where there is no service."""
        if not self._service:
            return ""
        return str(ecs_service(self._aws, self._service.split("/")[1], self._service)["taskDefinition"])

    def times(self) -> str:
        """How long each step took: `new tasks 4 s, shift 10 s`; empty where none was seen."""
        ends = [*(begun for _, begun in self._begun[1:]), self._clock()]
        spent: dict[str, float] = {}
        for (name, begun), end in zip(self._begun, ends if self._begun else [], strict=True):
            spent[name] = spent.get(name, 0) + end - begun
        return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in spent.items() if name != _DONE)

    def _seen(self, deployment: Mapping[str, Any]) -> list[str]:
        self.now = state(deployment)
        self.fault = reason(deployment, fault(deployment), self._rejected_by) or self.fault
        if not self._begun or self._begun[-1][0] != step(deployment):
            self._begun.append((step(deployment), self._clock()))
        new_ones = deployment.get("targetServiceRevision") or {}
        all_run = 0 < new_ones.get("requestedTaskCount", 0) <= new_ones.get("runningTaskCount", 0)
        if all_run and not self._all_run:
            self.since = self._clock()
        self._all_run = all_run
        told = [self.now, f"goes back: {self.fault}" if self.fault else ""]
        told += [self._approval] if waits(deployment) else []
        if (lacking := self._unplaced(deployment)) and not self._lacked:
            self._lacked = f"ECS {lacking}; {self._remedy}"
            told.append(self._lacked)
        new = [text for text in told if text and text not in self._told]
        self._told |= set(new)
        return new

    def _unplaced(self, deployment: Mapping[str, Any]) -> str:
        """What ECS says of its tasks that find no place; empty where all have one."""
        if not self._service or step(deployment) != "new tasks":
            return ""
        return unplaced(ecs_service(self._aws, self._service.split("/")[1], self._service)["events"], deployment["createdAt"])

    def _newest(self) -> Any:
        """The newest deployment, once CloudFormation has made the service."""
        if not self._service:
            resources = self._aws.cloudformation.describe_stack_resources(StackName=self._stack)["StackResources"]
            arns = [one.get("PhysicalResourceId", "") for one in resources if one["ResourceType"] == _TYPE]
            self._service = next((arn for arn in arns if arn.startswith("arn:")), None)
        if not self._service:
            return None
        return newest_deployment(self._aws, self._service.split("/")[1], self._service)
