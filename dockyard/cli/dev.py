"""`dockyard dev`: a service that is made anew at each save."""

import threading
import time
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.cli import screen
from dockyard.cli.arguments import AllowDataLoss, Environment, Project, Service
from dockyard.cli.deploying import deployed
from dockyard.cli.local import in_local_aws
from dockyard.cli.locked import alone
from dockyard.cli.logs import Painter
from dockyard.cli.painted import console
from dockyard.cli.session import Session
from dockyard.config import Web
from dockyard.deploy.receipt import Receipt
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.resident import ResidentSynth
from dockyard.deploy.rollout import ALONE
from dockyard.deploy.run import Wishes
from dockyard.deploy.site import Site
from dockyard.doors.aws_faults import explained
from dockyard.doors.process import end_all
from dockyard.errors import ConfigError, DockyardError, UnwellError, UsageError
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.dev import Facts, Watch, facts_of, named
from dockyard.operate.logs import Tail, Wanted
from dockyard.operate.scale import check_kind


def dev(service: Service, env: Environment = None, project: Project = None, allow_data_loss: AllowDataLoss = False) -> None:
    """Run a service on the local AWS, and at each save replace it by what was saved, at the same address, with what it prints.

    Files that count for its image are watched, and its settings. Where a build or a start fails, the version before runs on.

    Example: dockyard dev hello-python
    """
    session = in_local_aws(Session(project, env))
    session.check_services([service])
    check_kind(service, session.environment.services[service].kind, "dev")
    allowed = Allowed(interruption=True, data_loss=allow_data_loss)  # nobody but who works at it misses a request here
    bench = _Bench(session, Wishes([service], allowed=allowed), ResidentSynth())
    bench.start()  # until its end nothing may run: an interrupt is told as that of a deploy
    try:
        bench.work()
    except KeyboardInterrupt:
        end_all()
        screen.say(f"{service} runs on as it is; to end it with all else: dockyard down")
        screen.leave(0)


class _Bench:
    """One service that is worked at."""

    def __init__(self, session: Session, wishes: Wishes, synth: ResidentSynth) -> None:
        self._session, self._wishes, self._synth = session, wishes, synth
        (self._service,) = wishes.services

    def start(self) -> None:
        """Deploy it as it is. Raises DockyardError where it cannot be."""
        self._watch = Watch(self._look)
        first = self._deploy(Lines())
        address = first.addresses.get(self._service)
        screen.say(f"{self._service}: {address or 'runs'}; each save of its files replaces it, Ctrl-C ends this")
        self._tell_maintenance()
        site, self._what = self._session.site, f"answers at {address}" if address else "runs"
        threading.Thread(target=self._synth.warm, args=(site,), daemon=True).start()
        threading.Thread(target=_print, args=(site, self._service), daemon=True).start()

    def work(self) -> None:
        """Deploy each save, until it is interrupted."""
        while True:
            saved = self._watch.wait()
            screen.say(f"{self._service}: {named(saved.paths, self._session.root)} saved")
            try:
                if self._deploy(Lines(f"{self._service}: {self._what}", saved.at)).nothing_changed:
                    screen.say(f"{self._service}: nothing changed")
                self._tell_maintenance()
            except (DockyardError, ClientError, BotoCoreError) as error:
                _tell(error)
                unwell = isinstance(error, UnwellError)
                screen.say(f"{self._service}: {'what was saved' if unwell else 'the version before'} runs on; save again")

    def _tell_maintenance(self) -> None:
        """That who asks for it does not see it, where that is so by the settings of the last deploy."""
        settings = self._session.environment.services[self._service]
        if isinstance(settings, Web) and settings.http and settings.http.maintenance:
            screen.warn(f"{self._service}: in maintenance: its address answers with the page (http.maintenance in service.yaml)")

    def _look(self) -> Facts:
        """By the settings of the last deploy: what changes in them is seen by their own files."""
        return facts_of(self._session.project, self._session.environment, self._service)

    def _deploy(self, lines: "Lines") -> Receipt:
        """By the files as they are now."""
        self._session = self._session.anew()
        self._session.check_services([self._service])
        with alone(self._session, "dockyard dev", None) as (self._session, lock):
            return deployed(lock, self._session, self._wishes, lines, self._refuse, synth=self._synth)

    def _refuse(self, question: str) -> bool:
        raise UsageError(f"{question}? dev does not ask", hint=f"run: dockyard up --env {self._session.environment.name}")


def _tell(error: Exception) -> None:
    known = error if isinstance(error, DockyardError) else explained(error) or DockyardError(str(error))
    for message in known.problems if isinstance(known, ConfigError) else [str(known)]:
        screen.fault(message, known.hint)


class Lines:
    """Progress of which only what has ended is told, between the lines of the log.

    :param what: to tell, with the seconds since the save, as soon as all requests go to the new version. What is left of its
        deployment then is to see that it stays well. Default: nothing.
    :param saved: when, by `time.time`.
    """

    def __init__(self, what: str = "", saved: float = 0.0) -> None:
        self._what, self._saved = what, saved

    def update(self, subject: str, text: str) -> None:
        """Nothing."""

    def event(self, subject: str, text: str) -> None:
        """Nothing, but that the old tasks are gone."""
        if self._what and text.startswith(ALONE):
            screen.say(f"{self._what} {time.time() - self._saved:.1f} s after the save")
            self._what = ""

    def note(self, subject: str, text: str) -> None:
        """What does not go well."""
        screen.warn(f"{subject}: {text}")

    def done(self, subject: str, text: str) -> None:
        """How it ended, where there was something to do."""
        if text != "unchanged":
            screen.say(f"  {subject}: {text}")


def _print(site: Site, service: str) -> None:
    """What it prints from now on."""
    tail = Tail(site.reading, [surely_deployed(site, service)], Wanted(datetime.now(UTC)))
    painter, out = Painter([service]), console()
    for line in tail.follow(screen.warn):
        out.print(painter.painted(line))
