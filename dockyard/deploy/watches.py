"""All that is looked at while one stack is deployed, and told as it happens."""

import contextlib
import operator
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
from dockyard.deploy.tasks import FailedTask, TaskWatch
from dockyard.deploy.unplaced import remedy
from dockyard.doors.services import GoneError
from dockyard.progress import Progress

_IF_ALLOWED = contextlib.suppress(ClientError, BotoCoreError)
"""Who may deploy may not be allowed to look at all of it."""


_START_SECONDS = 5.0
"""How long tasks must run that no health check asks: many a program ends at once where something is missing, and to ECS it ran.
Kamal's `readiness_delay` is 7 s. https://kamal-deploy.org/docs/configuration/overview/"""

_DOUBT_SECONDS = 30.0
"""How long tasks that should run are waited for where others ended soon: ECS lets more and more time pass between them."""
_SOON_SECONDS = 30.0
"""Who ends by itself within this time ended at its start: with a quarter of a CPU a program takes long to its first line."""
_AGAIN_SECONDS = _SOON_SECONDS - _START_SECONDS
"""What is taken for the longest time that a task ran, where the deploy before saw them end."""
_LOOKS_FOR_LINES = 4
"""So often, each a second later, is looked for what a task printed that ended soon."""


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
        self._starts_again = (
            "ECS starts them again and again: mend the program and deploy (what is to end is of kind job or task), or bring back "
            f"what ran before, if anything did: dockyard rollback {service} --env {site.environment.name}"
        )
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
                else "its health check was changed, and what runs does not pass it, so that requests fail by now"
            )
            return replace(bad, text=f"{told}: {bad.text}")
        if self._asked:
            return None
        if ended := self._ended(again=again):
            return Cause(f"its tasks end a moment after their start: {ended.text()}", self._starts_again)
        if again and (lacking := self.lacking()):
            return Cause(f"the deploy before saw its tasks end a moment after their start, and now {lacking}", self._starts_again)
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

    def _ended(self, *, again: bool) -> FailedTask | None:
        """A task that ended by itself a moment after its start, of what was deployed; None where none did.

        One that did so while it was deployed is none where others took its place and stay. All is looked at once more also where
        the time is over: a task may have ended since the last look.
        """
        if not (again or self._rollout.since or self._tasks.failed):
            return None
        with _IF_ALLOWED, contextlib.suppress(GoneError):
            definition = self._rollout.definition()
            known = self._soon(definition)
            longest = max((task.seconds or 0 for task in known.values()), default=_AGAIN_SECONDS if again else 0)
            new = self._stay(definition, known, _START_SECONDS + longest, doubtful=again or bool(known))
            for _ in range(_LOOKS_FOR_LINES):  # what it printed may come later than its end
                if not new or any(task.lines for task in new):
                    break
                time.sleep(1)
                with _IF_ALLOWED:  # that it ended is known by now
                    new = self._new(definition, known)
            if new:
                return next(reversed([task for task in new if task.lines] or new))
            if known and self.lacking():
                return [*known.values()][-1]
        return None

    def _stay(self, definition: str, known: Mapping[str, FailedTask], needed: float, *, doubtful: bool) -> list[FailedTask]:
        """Wait until all tasks have run for a while, or one has ended soon that is not known; those that have.

        Where one did before, or at the deploy before, ECS may wait before it starts another, which has to run for longer than it.

        :param needed: seconds that all have to run.
        """
        begun = time.monotonic()
        up = begun if doubtful else (self._rollout.since or 0)
        while True:
            new, now = self._new(definition, known), time.monotonic()
            lacking = doubtful and not new and operator.lt(*self._rollout.tasks())
            up = now if lacking else up
            if new or now >= min(begun + _DOUBT_SECONDS if lacking else up + needed, begun + _DOUBT_SECONDS + needed):
                return new
            self._progress.update(self._name, "waits whether its new tasks stay up, as no health check asks them")
            time.sleep(1)

    def _new(self, definition: str, known: Mapping[str, FailedTask]) -> list[FailedTask]:
        """Tasks that ended soon by now, and are not known."""
        self._tasks.look()
        return [task for id, task in self._soon(definition).items() if id not in known]

    def _soon(self, definition: str) -> dict[str, FailedTask]:
        """Tasks of a definition, by id, that ended by themselves a moment after their start, as far as they were seen."""
        return {
            id: task
            for id, task in self._tasks.failed.items()
            if task.ended_by_itself and task.definition == definition and (task.seconds or 0) < _SOON_SECONDS
        }

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
    """Whether ECS asks the app's own container, which is the first, how it is."""
    return any("HealthCheck" in container for container in task_definition.get("ContainerDefinitions", [])[:1])
