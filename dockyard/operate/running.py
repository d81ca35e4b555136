"""A service that runs: how many tasks it has and is to have, and the change of both."""

import time
from typing import Any

from dockyard.config.count import Bounds
from dockyard.deploy.site import Site
from dockyard.deploy.unplaced import remedy, unplaced
from dockyard.doors.services import ecs_service
from dockyard.errors import DeployError
from dockyard.operate.deployed import SCALABLE_TARGET, TARGET_GROUP, surely_deployed
from dockyard.operate.scale import Scaled
from dockyard.operate.status import targets
from dockyard.progress import Progress

LOOK_SECONDS = 1.0
ROOM_SECONDS = 240.0
"""As long as tasks that find no place are waited for, while no other starts: a new server comes within that, if any is to."""


class RunningService:
    """The ECS service of one of the project's services. Raises DockyardError where it is not deployed.

    It is looked at in the lookup role, and changed by the own credentials: no role that deploys may do so.
    """

    def __init__(self, site: Site, name: str) -> None:
        self.name = name
        self._site, self._reading = site, site.reading
        found = surely_deployed(site, name)
        self._cluster, self._service = found.sure_service()
        self._groups, self._is_scaled = found.of(TARGET_GROUP), bool(found.of(SCALABLE_TARGET))

    @property
    def _scalable(self) -> dict[str, Any]:
        """What Application Auto Scaling calls the count of this service."""
        return {
            "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": f"service/{self._cluster}/{self._service}",
        }  # fmt: skip

    def now(self) -> Scaled:
        """What it is to have."""
        return Scaled(self._describe()["desiredCount"], self._bounds())

    def scale(self, before: Scaled, wanted: Scaled) -> None:
        """Change what differs; the bounds first, as the count must be within."""
        if wanted.bounds and wanted.bounds != before.bounds:
            low, high = wanted.bounds
            self._site.aws.autoscaling.register_scalable_target(**self._scalable, MinCapacity=low, MaxCapacity=high)
        if wanted.count != before.count:
            self._site.aws.ecs.update_service(cluster=self._cluster, service=self._service, desiredCount=wanted.count)

    def wait(self, progress: Progress, seconds: float) -> int:
        """Until as many tasks run as are wanted, and all are healthy; how many that is.

        Raises DeployError after `seconds`, and after ROOM_SECONDS in which ECS has found no place for more.
        """
        begun = moved = time.monotonic()
        before, told = -1, False
        while True:
            service = self._describe()
            wanted, running, healthy = service["desiredCount"], service["runningCount"], self._healthy()
            text = f"{running} of {wanted} tasks run" + ("" if healthy is None else f", {healthy} are healthy")
            if running == wanted and healthy in (None, wanted):
                progress.done(self.name, text)
                return wanted
            lacking, now = unplaced(service["events"]) if running < wanted else "", time.monotonic()
            if running != before or not lacking:
                before, moved = running, now
            if lacking and not told:
                progress.note(self.name, f"ECS {lacking}; {remedy(self.name, self._site.environment)}")
            told = bool(lacking)
            if now - begun > seconds or now - moved > ROOM_SECONDS:
                raise self._given_up(service, f"after {now - begun:.0f} s {text}", lacking)
            progress.update(self.name, text)
            time.sleep(LOOK_SECONDS)

    def _given_up(self, service: Any, text: str, lacking: str) -> DeployError:
        """What goes on in the account, and how to go on."""
        event = next((event["message"] for event in service["events"]), "ECS tells of no event")
        why = f"the others find no place: ECS {lacking}" if lacking else event
        ways = f"follow it: dockyard status {self.name} --watch; or go back: dockyard scale {self.name} {service['runningCount']}"
        mended = f"{remedy(self.name, self._site.environment)}; or " if lacking else ""
        return DeployError(f"{self.name}: {text}, and ECS goes on trying: {why}", hint=f"{mended}{ways}")

    def _describe(self) -> Any:
        return ecs_service(self._reading, self._cluster, self._service)

    def _bounds(self) -> Bounds | None:
        if not self._is_scaled:
            return None
        asked = {"ServiceNamespace": "ecs", "ResourceIds": [self._scalable["ResourceId"]]}
        found = self._reading.autoscaling.describe_scalable_targets(**asked)["ScalableTargets"]
        return Bounds(found[0]["MinCapacity"], found[0]["MaxCapacity"]) if found else None

    def _healthy(self) -> int | None:
        """Targets that are healthy wherever they get requests; None where there is no group."""
        if not self._groups:
            return None
        ask = self._reading.elbv2.describe_target_health
        return targets(one for arn in self._groups for one in ask(TargetGroupArn=arn)["TargetHealthDescriptions"]).healthy
