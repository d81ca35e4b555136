"""All that is looked at while one stack is deployed, and told as it happens."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.before import BeforeWatch
from dockyard.deploy.causes import Cause, Failed, cause, refused, seen
from dockyard.deploy.refusal import rejected_by
from dockyard.deploy.rollout import RolloutWatch, awaits
from dockyard.deploy.site import Site
from dockyard.deploy.smoke import SmokeWatch
from dockyard.deploy.targets import TargetWatch
from dockyard.deploy.tasks import TaskWatch
from dockyard.deploy.unplaced import remedy
from dockyard.doors.services import GoneError
from dockyard.progress import Progress

_IF_ALLOWED = contextlib.suppress(ClientError, BotoCoreError)
"""Who may deploy may not be allowed to look at all of it."""


_START_SECONDS = 5.0
"""How long tasks must run that no health check asks: many a program ends at once where something is missing, and to ECS it ran.
Kamal's `readiness_delay` is 7 s. https://kamal-deploy.org/docs/configuration/overview/"""


_STARTS_AGAIN = "ECS starts them again and again; mend the program and deploy, or bring back what ran before: dockyard rollback"


class Watches:
    """The tasks, targets and deployment of one stack's service."""

    def __init__(self, site: Site, artifact: StackArtifact, progress: Progress) -> None:
        self._name, self._progress = artifact.name, progress
        service = artifact.name.removeprefix(site.service_stack(""))
        self._tasks, self._targets = TaskWatch(site.reading, artifact, site.cluster), TargetWatch(site.reading, artifact)
        self._asked = any(map(_is_asked, artifact.resources("AWS::ECS::TaskDefinition").values())) or self._targets.asks
        self._before = BeforeWatch(site.reading, artifact, site.cluster)
        self._smoke = SmokeWatch(site.reading, artifact)
        way = f"this one waits meanwhile; to take it back: aws cloudformation cancel-update-stack --stack-name {artifact.name}"
        words = awaits(service, site.environment), f"{remedy(service, site.environment)}; {way}"
        self._rollout = RolloutWatch(site.reading, artifact, *words, partial(rejected_by, site))
        self._shown = ""
        self._printed: list[str] = []
        """By the newest task, when its smoke test failed."""

    def look(self, *texts: str) -> None:
        """Look at all, and tell what is new. `texts` are what CloudFormation does, where nothing better is known."""
        with _IF_ALLOWED:
            self._tasks.look()
        with _IF_ALLOWED:
            for line in self._before.look():
                self._progress.event(self._name, f"before | {line}")
        with _IF_ALLOWED:
            for line in self._smoke.look():
                self._progress.event(self._name, f"smoke | {line}")
            if self._smoke.bad and not self._printed:
                self._printed = self._tasks.printed()
        with _IF_ALLOWED:
            for what in self._rollout.look():
                self._progress.event(self._name, what)
        with _IF_ALLOWED:
            if unhealthy := self._targets.look():
                self._progress.note(self._name, self._unwell(unhealthy))
        now = self._targets.waits or self._rollout.now
        for text in [now] if now else texts:
            if text != self._shown:
                self._progress.update(self._name, text)
                self._shown = text

    def _unwell(self, unhealthy: Failed) -> str:
        """What is told of a health check that failed: where the program itself ended, that no port is heard is no wonder."""
        ended = self._tasks.last
        if ended and ended.ended_by_itself:
            return ended.text().splitlines()[0]
        return seen(unhealthy, self._tasks.printed())

    def cause(self) -> Cause | None:
        """Why it failed, as far as it was seen."""
        found = refused(self._smoke.bad, self._printed) if self._smoke.bad else cause(self._targets.last, self._tasks.last)
        fault = self._rollout.fault
        if fault and found:
            return replace(found, text=f"{found.text}\n{fault}")
        return found or (Cause(fault) if fault else None)

    def unwell(self, *, again: bool) -> Cause | None:
        """Why what was deployed is not well, although CloudFormation and ECS have ended; None where it is.

        :param again: whether nothing was changed this time, and the deploy before found it unwell.
        """
        if again:
            self.look()
        if bad := self._unhealthy(again):
            told = (
                "what runs does not pass its health check"
                if again
                else "its health check was changed, and what runs does not pass it"
            )
            return replace(bad, text=f"{told}: {bad.text}")
        if ended := self._ended(time.monotonic() if again else self._rollout.since):
            return Cause(f"its tasks end a moment after their start: {ended}", _STARTS_AGAIN)
        return None

    def _unhealthy(self, again: bool) -> Cause | None:
        """Why what runs does not pass a health check that was changed without it; ECS would replace it for ever.

        Where new tasks come with the change they have passed it. Load balancers need some checks until they tell; who failed the
        check before has yet to pass the new one.
        """
        end = time.monotonic() + (0 if self._rollout.now else self._targets.seconds)
        before = set() if again else self._targets.unhealthy
        with _IF_ALLOWED:
            while not self._targets.unhealthy - before and time.monotonic() < end:
                self._progress.update(self._name, "waits whether what runs passes the changed health check")
                time.sleep(1)
                self._targets.look()
        return cause(self._targets.last, None) if self._targets.unhealthy - before else None

    def _ended(self, since: float | None) -> str:
        """Why a task ended by itself a moment after its start, where no health check tells; empty where none did.

        :param since: when all tasks were seen to run; None where none are new.
        """
        if self._asked or since is None or time.monotonic() >= since + _START_SECONDS:
            return ""
        known, before = set(self._tasks.failed), self._tasks.last
        with _IF_ALLOWED:
            while time.monotonic() < since + _START_SECONDS:
                self._progress.update(self._name, "waits whether its new tasks stay up, as no health check asks them")
                time.sleep(1)
                self._tasks.look()
                ended = [task for id, task in self._tasks.failed.items() if id not in known and task.ended_by_itself]
                if any(task.lines for task in ended):  # what it printed may come later than its end
                    break
            if ended or (self.lacking() and before and before.ended_by_itself):
                return self._tasks.last.text() if self._tasks.last else ""
        return ""

    def lacking(self) -> str:
        """How many tasks run, and why the last one ended, where there are fewer than there should be; else empty."""
        with _IF_ALLOWED, contextlib.suppress(GoneError):
            running, wanted = self._rollout.tasks()
            if running < wanted:
                ended = self._tasks.last
                return f"{running} of {wanted} tasks run" + (f": {ended.text()}" if ended else "")
        return ""

    def times(self) -> str:
        """How long each step of the deployment took."""
        self.look()  # what was printed last
        return self._rollout.times()


def _is_asked(task_definition: Mapping[str, Any]) -> bool:
    """Whether ECS asks one of its containers how it is."""
    return any("HealthCheck" in container for container in task_definition.get("ContainerDefinitions", []))
