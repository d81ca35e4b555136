"""`dockyard scale`: more tasks of a service, or fewer."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Service
from dockyard.cli.session import Session
from dockyard.config.count import MOST_TASKS
from dockyard.deploy.lock import place, told
from dockyard.operate.running import RunningService
from dockyard.operate.scale import Wish, check_kind, decide

WAIT_SECONDS = 600


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_TASKS):
        raise typer.BadParameter(f"should be 0 to {MOST_TASKS}, got {text!r}")
    return int(text)


Count = Annotated[
    int | None,
    typer.Argument(parser=_number, help="How many tasks; 0 pauses the service, which stays deployed.", show_default=False),
]
Min = Annotated[int | None, typer.Option("--min", min=0, max=MOST_TASKS, help="Fewest tasks.", show_default=False)]
Max = Annotated[int | None, typer.Option("--max", min=0, max=MOST_TASKS, help="Most tasks.", show_default=False)]


def scale(
    service: Service,
    count: Count = None,
    low: Min = None,
    high: Max = None,
    env: Environment = None,
    project: Project = None,
    timeout: Annotated[int, typer.Option("--timeout", min=0, help="Seconds to wait; 0 does not wait.")] = WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Run so many tasks of a service, or change its bounds, and wait until all are healthy.

    Where `count` in service.yaml has bounds, deploys keep what was set here until `count` is changed there; where it is a
    number, the next change of the service sets that number again. It waits for no lock: ECS takes a new count while a deploy is
    under way, too. Who holds the lock is told, as that deploy may set the count.

    Example: dockyard scale shop 3
    """
    session = Session(project, env)
    session.check_services([service])
    check_kind(service, session.environment.services[service].kind)
    begun = time.monotonic()
    running = RunningService(session.site, service)
    before = running.now()
    wanted = decide(service, before, Wish(count, low, high))
    running.scale(before, wanted)
    if lock := told(lambda: place(session.site, looking=True), surely=True):
        screen.say(f"{lock}; what changes the environment now may set the count of {service} again")
    reached = wanted.count
    if timeout:
        with screen.Board() as board:
            reached = running.wait(board, timeout)
    seconds = round(time.monotonic() - begun, 1)
    if wanted.bounds is None and wanted != before:
        screen.say(f"the next change of {service} sets the count of its service.yaml again; to keep this one: count: {reached}")
    if count is not None and wanted.bounds and wanted.count > wanted.bounds.min:
        low, high = wanted.bounds.min, wanted.bounds.max
        kept = f"to keep {count} at least: dockyard scale {service} --min {count} --env {session.environment.name}"
        screen.say(f"what scales it, if anything, moves it within {low} and {high}; {kept}")
    if json:
        after = asdict(wanted) | {"count": reached}
        screen.as_json({"service": service, "before": asdict(before), "after": after, "seconds": seconds})
        return
    rows = {"tasks": (before.count, reached)}
    for number, name in enumerate(("min", "max") if before.bounds and wanted.bounds else ()):
        rows[name] = (before.bounds[number], wanted.bounds[number])  # type: ignore[index]  # both are there
    screen.table([{"service": service, **{name: _told(*pair) for name, pair in rows.items()}, "seconds": seconds}])


def _told(before: int, after: int) -> str:
    return str(after) if before == after else f"{before} -> {after}"
