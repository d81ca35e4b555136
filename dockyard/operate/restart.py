"""New tasks of the same version, by a deployment as any other: the old ones serve until the new ones are healthy."""

import time
from collections.abc import Mapping
from typing import Any

from dockyard.deploy.site import Site
from dockyard.doors.tasks import described
from dockyard.errors import DeployError, DockyardError
from dockyard.operate.deployed import Deployed
from dockyard.operate.status import UNDER_WAY, Deployment, Tasks, state_of
from dockyard.operate.stopped import last_failure
from dockyard.progress import Progress

LOOK_SECONDS = 1.0
GOOD = "SUCCESSFUL"


class Restart:
    """Of one service. It is looked at in the lookup role, and begun by the own credentials."""

    def __init__(self, site: Site, found: Deployed) -> None:
        self._own, self._ecs, self._aws, self._name = site.aws.ecs, site.reading.ecs, site.reading, found.name
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
        """Until it has ended well. Raises DeployError where it has not, or not within `seconds`."""
        until = time.monotonic() + seconds
        while True:
            newest = self._newest()
            begun = newest and (self._before is None or newest["serviceDeploymentArn"] != self._before["serviceDeploymentArn"])
            if newest and begun and newest.get("finishedAt"):
                return self._end(newest, progress)
            if time.monotonic() > until:
                raise DeployError(f"{self._name}: after {seconds:g} s its new tasks are not healthy{self._why()}")
            progress.update(self._name, self._told())
            time.sleep(LOOK_SECONDS)

    def _end(self, deployment: Mapping[str, Any], progress: Progress) -> None:
        if deployment["status"] != GOOD:
            reason = deployment.get("statusReason") or deployment["status"]
            raise DeployError(f"{self._name} was not restarted, and what ran still runs: {reason}{self._why()}")
        progress.done(self._name, f"new tasks that are healthy: {self._tasks().running}")

    def _why(self) -> str:
        stopped = described(self._aws, self._cluster, serviceName=self._service, desiredStatus="STOPPED")
        failure = last_failure(stopped)
        return f"; task {failure.task[:8]}: {failure.reason}" if failure and failure.task else ""

    def _told(self) -> str:
        primary: Any = next((one for one in self._describe()["deployments"] if one["status"] == "PRIMARY"), {})
        return f"{primary.get('runningCount', 0)} of {primary.get('desiredCount', 0)} new tasks run"

    def _tasks(self) -> Tasks:
        service = self._describe()
        return Tasks(service["desiredCount"], service["runningCount"], service["pendingCount"])

    def _describe(self) -> Any:
        return self._ecs.describe_services(cluster=self._cluster, services=[self._service])["services"][0]

    def _newest(self) -> Any:
        asked: Any = {"cluster": self._cluster, "service": self._service, "maxResults": 1}
        return next(iter(self._ecs.list_service_deployments(**asked)["serviceDeployments"]), None)
