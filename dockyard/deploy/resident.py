"""A synth by a process that stays: the first takes seconds, each further one a tenth of a second."""

import contextlib
import json
import shutil
import sys
from pathlib import Path
from threading import Lock

from dockyard.config import load_project
from dockyard.deploy import resident_app
from dockyard.deploy.fingerprint import fingerprint
from dockyard.deploy.site import Site
from dockyard.deploy.synth import command_of, failed, synthesize, variables_of
from dockyard.doors.process import Processes, Talk
from dockyard.errors import DockyardError

_PYTHON = ("python", "python3")


class ResidentSynth:
    """In the place of `synthesize`, for one environment.

    The process is another one as soon as anything differs that makes the stacks, but for the sources of images: modules are read
    once. What is to be validated, once, and an app that is not run by Python alone, is synthesized as ever.
    """

    def __init__(self) -> None:
        self._talk: Talk | None = None
        self._state = self._validated = ""
        self._alone = Lock()

    def warm(self, site: Site) -> None:
        """Synthesize once, so that the next time is quick; what is wrong is told by that one."""
        where = {"environment": site.environment.name, "account": site.aws.account, "region": site.aws.region}
        with contextlib.suppress(DockyardError):
            self(site.project.root, site.assembly, site.processes, **where, validate=False)

    def __call__(
        self, root: Path, out: Path, processes: Processes, *, environment: str, account: str, region: str, validate: bool
    ) -> None:
        """The same as `synthesize`, into a folder that is kept: the app does not write again what it has once put there."""
        with self._alone:
            self._synthesize(root, out, processes, environment=environment, account=account, region=region, validate=validate)

    def _synthesize(
        self, root: Path, out: Path, processes: Processes, *, environment: str, account: str, region: str, validate: bool
    ) -> None:
        command = command_of(root)
        program, *script = command.split()
        state = fingerprint(load_project(root), environment, account, region)
        if (validate and state != self._validated) or program not in _PYTHON or len(script) != 1:
            self._end()
            synthesize(root, out, processes, environment=environment, account=account, region=region, validate=validate)
            self._validated = state
            return
        if self._talk is None or not self._talk.goes_on or state != self._state:  # it ends with the builds where one fails
            self._end()
            shutil.rmtree(out, ignore_errors=True)
            variables = variables_of(root, out, environment=environment, account=account, region=region, validate=False)
            here = processes.with_environment(**variables)
            self._talk, self._state = Talk(here, [sys.executable, "-m", resident_app.__name__, script[0]], root), state
        answer = self._talk.ask("run")
        if answer is None:
            self._end()
            raise failed(command, "the process that runs it has ended")
        if (fault := json.loads(answer)) is not None:
            raise failed(command, fault)

    def end(self) -> None:
        """End the process."""
        with self._alone:
            self._end()

    def _end(self) -> None:
        if self._talk:
            self._talk.end()
        self._talk = None
