"""`dockyard logs`: what services print."""

import json as json_format
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from dockyard.build.plan import side_by_side
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Services
from dockyard.cli.painted import console
from dockyard.cli.session import Session
from dockyard.config.sidecar import APP
from dockyard.doors.log_group import EVER
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.deployed import deployed, surely_deployed
from dockyard.operate.logs import Line, Tail, Wanted, routed_to

COLOURS = ("cyan", "magenta", "green", "blue")
"""Of services, in order; those that can be read on light and on dark, and mean nothing else."""
_SPAN = re.compile(r"(\d+) ?([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _moment(text: str) -> datetime:
    try:
        match = _SPAN.fullmatch(text)
        found = datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else datetime.fromisoformat(text)
        moment = found.astimezone()
        if moment < EVER:
            raise ValueError(text)
        return moment
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"should be such as 30s, 10m, 2h, 3d or 2026-11-26T09:00, got {text}") from None


Since = Annotated[
    datetime | None,
    typer.Option(
        "--since", parser=_moment, metavar="TIME", show_default=False,
        help="From when on: 30s, 10m, 2h, 3d or a time. Default: 10m; with --stopped 1h.",
    ),
]  # fmt: skip
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")]
Filter = Annotated[str, typer.Option("--filter", metavar="TEXT", help="Only lines that have this text.", show_default=False)]
Stopped = Annotated[
    bool, typer.Option("--stopped", "--previous", help="Only of tasks that have stopped, which ECS knows for an hour.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, an object a line.")]


def logs(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    follow: Follow = False,
    since: Since = None,
    text: Filter = "",
    stopped: Stopped = False,
    json: Json = False,
) -> None:
    """Print what services print, all their tasks merged by time, and why tasks have stopped.

    Example: dockyard logs hello-python --since 1h --filter error
    """
    if stopped and follow:
        raise UsageError("--stopped shows what has ended, and --follow what comes", hint="leave out one of them")
    session = Session(project, env)
    session.check_services(services or [])
    site = session.site
    look = surely_deployed if services else deployed
    found = [one for one in side_by_side(lambda name: look(site, name), services or sorted(session.environment.services)) if one]
    if not found:
        raise DockyardError(f"nothing is deployed to {session.environment.name}", hint="run: dockyard deploy")
    wanted = Wanted(
        since or datetime.now(UTC) - timedelta(hours=1 if stopped else 0, minutes=0 if stopped else 10), text, stopped
    )
    tail = Tail(site.reading, found, wanted)
    failed = [one.name for one in found if one.stack_status == "ROLLBACK_COMPLETE"]
    for name in failed:
        screen.say(f"{name}: its first deploy failed, and its log group went with it; what it was: dockyard status {name}")
    for one in found:
        if session.environment.services[one.name].firelens and (where := routed_to(site.reading, one)):
            screen.say(f"{one.name}: what its containers print goes by FireLens to {where}; what follows is what CloudWatch has")
    painter = Painter([one.name for one in found])
    out, told = console(), False
    try:
        for line in tail.follow(screen.warn) if follow else tail.lines():
            told = True
            if json:
                print(json_format.dumps(asdict(line), default=str), flush=True)
            else:
                out.print(painter.painted(line))
    except KeyboardInterrupt:
        if follow:
            return
        raise KeyboardInterrupt("that was not all; ask for less: --since 10m, or a service") from None
    if not told and len(failed) < len(found):
        screen.say(f"nothing since {wanted.since.astimezone():%Y-%m-%d %H:%M:%S}; earlier: --since 1d")


class Painter:
    """Lines with their time, service and task; each service has a colour of its own."""

    def __init__(self, services: Sequence[str]) -> None:
        self._colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(services)}
        self._width = max(map(len, services)) + len("/12345678")

    def painted(self, line: Line) -> Text:
        """One line."""
        at = line.at.astimezone()
        day = "" if at.date() == datetime.now().astimezone().date() else f"{at:%m-%d} "
        source = f"{line.service}/{line.task[:8]}"
        beside = f"{line.container}: " if line.container not in (APP, "") else ""
        return Text.assemble(
            (f"{day}{at:%H:%M:%S} ", "dim"),
            (source.ljust(self._width), self._colours[line.service]),
            (f" {beside}", "dim"),
            (line.text, "bold" if line.is_end else ""),
        )
