"""`dockyard status`: how services are, at a glance."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from threading import Thread
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.painted import Row, ago, console, grid, span, width
from dockyard.cli.session import Session
from dockyard.deploy.lock import place, told
from dockyard.deploy.orphans import orphan_text, orphans
from dockyard.errors import UsageError
from dockyard.operate.look import Lookout
from dockyard.operate.status import GOOD, UNDER_WAY, Queue, Runs, State, Status
from dockyard.operate.version import short_commit

PAUSE = 2.0
"""Seconds between two looks."""
TAG_LENGTH = 12
LEAST = ("image", "age", "kind", "commit")
"""Columns that a narrow terminal does without, the first one first."""

Watch = Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")]


def status(
    services: Services = None, env: Environment = None, project: Project = None, watch: Watch = False, json: Json = False
) -> None:
    """Print how services are: tasks, deployment, health, queue, runs, alarms, version, and what failed last.

    Example: dockyard status --watch
    """
    if watch and json:
        raise UsageError("--watch shows a table, and no JSON", hint="leave out one of them")
    session = Session(project, env)
    session.check_services(services or [])
    names = services or sorted(session.environment.services)
    lookout = Lookout(session.site)
    where = f"{session.project.name} in {session.environment.name} (account {session.aws.account}, {session.aws.region})"
    if json:
        screen.as_json([asdict(one) for one in lookout.look(names)])
        return
    lock = cache(lambda: place(session.site, looking=True))
    orphaned = cache(lambda: [] if services else [orphan_text(session.site, stack) for stack in orphans(session.site)])
    look = _Look(lookout, names, lambda: told(lock), orphaned)
    if watch:
        _watch(look, where)
        return
    screen.say(where)
    for line in look.lines():
        console().print(line)


class _Look:
    """Looks at services time and again, and at what is beside them, which is of less weight: it is waited for a moment alone.

    :param lock: tells who holds the lock.
    :param orphans: tells of stacks that the project no longer has.
    """

    def __init__(
        self, lookout: Lookout, names: Sequence[str], lock: Callable[[], str | None], orphans: Callable[[], Sequence[str]]
    ) -> None:
        self._lookout, self._names, self._lock, self._orphans = lookout, names, lock, orphans
        self._found: Sequence[Status] = ()
        self._locked: str | None = None
        self._left: Sequence[str] = ()

    def lines(self) -> Iterator[Text]:
        """What is to be seen at this moment."""
        asking = Thread(target=self._ask, daemon=True)
        asking.start()
        self._found = kept(self._lookout.look(self._names), self._found)
        asking.join(PAUSE)
        if self._locked:
            yield Text(self._locked, "yellow")
        yield from _lines(self._found, width())
        for text in self._left:
            yield Text.assemble(("!", "yellow"), f" {text}; to delete it: dockyard deploy --prune")

    def _ask(self) -> None:
        self._locked = self._lock()
        self._left = self._orphans()


def _watch(look: _Look, where: str) -> None:
    """On a terminal in one place; elsewhere look after look."""
    shown = console(soft_wrap=False)
    try:
        if not shown.is_terminal:
            for table in _looks(look, where):
                console().print(table)
                sys.stdout.flush()
            return
        with Live(console=shown, auto_refresh=False, screen=True, vertical_overflow="crop") as live:
            for table in _looks(look, where):
                live.update(table, refresh=True)
    except KeyboardInterrupt:
        screen.leave(0)


def _looks(look: _Look, where: str) -> Iterator[Group]:
    while True:
        lines = list(look.lines())
        head = Text(f"{where}, {datetime.now():%H:%M:%S}; Ctrl-C ends this", style="dim")
        yield Group(head, Text(), *lines)
        time.sleep(PAUSE)


def kept(found: Sequence[Status], before: Sequence[Status]) -> list[Status]:
    """What was found; where AWS did not tell this time, what it told before, and why it did not."""
    known = {one.service: one for one in before}
    return [
        replace(known[one.service], reason=one.reason) if one.state is State.UNKNOWN and one.service in known else one
        for one in found
    ]


def _lines(found: Sequence[Status], columns: int | None) -> Iterator[Text]:
    yield from grid([_row(one) for one in found], columns, LEAST)
    for one in found:
        yield from _remarks(one)


def _row(one: Status) -> Row:
    version, tasks = one.version, one.tasks
    return {
        "service": one.service,
        "kind": one.kind,
        "tasks": f"{tasks.running} of {tasks.desired}" if tasks else None,
        "state": Text(one.state, _style(one)),
        "health": _health(one),
        "image": version.tag.removeprefix("sha256:")[:TAG_LENGTH] if version else None,
        "commit": short_commit(version.commit) if version and version.commit else None,
        "age": span(datetime.now(UTC) - one.since) if one.since else None,
    }


def _style(one: Status) -> str:
    if one.state in UNDER_WAY:
        return "yellow"
    if one.state is State.NOT_DEPLOYED:
        return "dim"
    return "green" if one.state in GOOD else "red"


def _health(one: Status) -> str | Text | None:
    if one.queue:
        return _queued(one.queue)
    if one.runs:
        return _runs(one.runs)
    if not one.health:
        return None
    healthy, checked = one.health.healthy, one.health.checked
    return Text(f"{healthy} of {checked}", "" if healthy == checked else "red")


def _queued(queue: Queue) -> Text:
    text = Text(f"{queue.waiting} waiting")
    if queue.dead:
        text.append(f", {queue.dead} dead", "red")
    return text


def _runs(runs: Runs) -> str:
    told = [ago(runs.begun)] if runs.begun else []
    if runs.next:
        told.append(f"next in {span(runs.next - datetime.now(UTC))}")
    return ", ".join(told)


def _remarks(one: Status) -> Iterator[Text]:
    """What is to be known besides, a line each."""
    if one.reason:
        yield _remark(one, one.reason)
    if one.maintenance:
        yield _remark(one, "in maintenance: clients get its page (http.maintenance in service.yaml)")
    if one.tasks and one.tasks.pending:
        yield Text(f"  {one.service}: {one.tasks.pending} more start")
    for alarm in one.alarms:
        yield _remark(one, f"alarm {alarm}")
    if one.failure:
        if one.failure.reason not in (one.reason or ""):
            task = f"task {one.failure.task[:8]} " if one.failure.task else ""
            yield _remark(one, f"{task}{ago(one.failure.at)}: {one.failure.reason}")
        if one.failure.remedy:
            yield Text(f"  {one.failure.remedy}")
        if one.failure.task:
            yield Text(f"  its lines: dockyard logs {one.service} --stopped", "dim")


def _remark(one: Status, text: str) -> Text:
    return Text.assemble(("!", "yellow"), f" {one.service}: {text}")
