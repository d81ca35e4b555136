"""New tasks of the same version, by a deployment as any other: the old ones serve until the new ones are healthy."""

import contextlib
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.causes import cause
from dockyard.deploy.refusal import reason, rejected_by
from dockyard.deploy.rollout import awaits, fault, state, waits
from dockyard.deploy.site import Site
from dockyard.deploy.tasks import FailedTask, failed_task
from dockyard.doors.services import ecs_service, newest_deployment
from dockyard.doors.tasks import described
from dockyard.errors import DeployError, DockyardError
from dockyard.operate.deployed import Deployed
from dockyard.operate.status import UNDER_WAY, Deployment, Tasks, state_of
from dockyard.operate.stopped import is_failure
from dockyard.progress import Progress

LOOK_SECONDS = 1.0
_LOOKED_AT = 3
"""So many tasks that failed are looked at: the newest may have printed nothing yet that is known."""
GOOD = "SUCCESSFUL"
_ENDS = {
    "ROLLBACK_SUCCESSFUL": "was not restarted, and what ran still runs",
    "ROLLBACK_FAILED": "was not restarted, and could not go back either",
    "STOPPED": "was not restarted to the end, as its deployment was stopped",
}


class Restart:
    """Of one service. It is looked at in the lookup role, and begun by the own credentials."""

    def __init__(self, site: Site, found: Deployed) -> None:
        self._own, self._aws, self._name = site.aws.ecs, site.reading, found.name
        self._approval, self._rejected_by = awaits(found.name, site.environment), partial(rejected_by, site)
        self._cluster, self._service = found.sure_service()
        self._before = self._newest()

    def begin(self) -> Tasks:
        """Begin it; how many tasks there are. Raises DockyardError where another deployment is under way, or nothing runs."""
        tasks = self._tasks()
        if self._before and state_of(tasks, Deployment.of(self._before)) in UNDER_WAY:
            raise DockyardError(
                f"a deployment of {self._name} is under way, and would be given up",
                hint=f"wait for its end: dockyard status {self._name} --watch",
            )
        if tasks.desired == 0:
            raise DockyardError(f"{self._name} has no tasks", hint=f"run: dockyard scale {self._name} 1")
        self._own.update_service(cluster=self._cluster, service=self._service, forceNewDeployment=True)
        return tasks

    def wait(self, progress: Progress, seconds: float) -> None:
        """Until it has ended well. Raises DeployError where it has not, or not within `seconds`; an approval does not count."""
        looked = time.monotonic()
        until, told = looked + seconds, False
        while True:
            begun = self._begun()
            if begun and begun.get("finishedAt"):
                return self._end(begun, progress)
            found, now = self._described(begun) if begun else {}, time.monotonic()
            if waits(found):
                until += now - looked
                if not told:
                    progress.event(self._name, self._approval)
                told = True
            text = state(found) if found else "its deployment has not begun"
            if now > until:
                said = f"{self._name}: after {seconds:g} s its restart has not ended, and goes on: {text}"
                raise self._failed(said, begun, hint=f"follow it: dockyard status {self._name} --watch")
            progress.update(self._name, text)
            looked = now
            time.sleep(LOOK_SECONDS)

    def _end(self, deployment: Mapping[str, Any], progress: Progress) -> None:
        status = deployment["status"]
        if status != GOOD:
            found = self._described(deployment)
            why = reason(found, fault(found) or deployment.get("statusReason") or status, self._rejected_by)
            raise self._failed(f"{self._name} {_ENDS.get(status, 'was not restarted')}: {why}", deployment)
        progress.done(self._name, f"new tasks that are healthy: {self._tasks().running}")

    def _failed(self, said: str, deployment: Mapping[str, Any] | None, *, hint: str | None = None) -> DeployError:
        """With the cause, as a deploy tells it: the newest task that failed since this deployment began, with its last lines."""
        task = self._failed_task(deployment["createdAt"]) if deployment else None
        found = cause(None, task)
        return DeployError(f"{said}\n{found.text}" if found else said, hint=hint or (found.hint if found else None))

    def _failed_task(self, since: datetime) -> FailedTask | None:
        """One of the newest that printed something, else the newest; None also where the credentials may not look."""
        with contextlib.suppress(ClientError, BotoCoreError):
            stopped: Any = described(self._aws, self._cluster, serviceName=self._service, desiredStatus="STOPPED")
            new = [task for task in stopped if "stoppedAt" in task and task["stoppedAt"] >= since and is_failure(task)]
            newest = sorted(new, key=lambda task: task["stoppedAt"], reverse=True)[:_LOOKED_AT]
            failed = [found for task in newest if (found := failed_task(self._aws, task))]
            return next((one for one in failed if one.lines), next(iter(failed), None))
        return None

    def _described(self, deployment: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = [deployment["serviceDeploymentArn"]]
        found: Any = self._aws.ecs.describe_service_deployments(serviceDeploymentArns=asked)["serviceDeployments"]
        return next(iter(found), deployment)

    def _tasks(self) -> Tasks:
        service = self._describe()
        return Tasks(service["desiredCount"], service["runningCount"], service["pendingCount"])

    def _describe(self) -> Any:
        return ecs_service(self._aws, self._cluster, self._service)

    def _begun(self) -> Any:
        """The deployment of this restart; None where it is not there yet."""
        newest = self._newest()
        same = newest and self._before and newest["serviceDeploymentArn"] == self._before["serviceDeploymentArn"]
        return None if same else newest

    def _newest(self) -> Any:
        return newest_deployment(self._aws, self._cluster, self._service)
