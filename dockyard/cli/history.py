"""`dockyard history`: what was deployed, when, and how it ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer
from rich.text import Text

from dockyard.build.plan import side_by_side
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.painted import Row, console, grid, span, width
from dockyard.cli.session import Session
from dockyard.cli.status import TAG_LENGTH
from dockyard.deploy.ledger import entries
from dockyard.deploy.refusal import rejected_by
from dockyard.operate.deployed import deployed, surely_deployed
from dockyard.operate.history import AT_ONCE, WENT_BACK, Change, with_attempts, with_deploys
from dockyard.operate.history import history as look
from dockyard.operate.version import Versions, short_commit

SHOWN = 10
STYLES = {"deployed": "green", WENT_BACK: "green", "restarted": "green", "under way": "yellow", "stopped": "dim"}

Last = Annotated[int, typer.Option("--last", min=1, max=AT_ONCE, help="How many of each service.")]


def history(
    services: Services = None, env: Environment = None, project: Project = None, last: Last = SHOWN, json: Json = False
) -> None:
    """Print which version was deployed when and by whom, how long that took, and how it ended, the newest first.

    It is read from the account, and so the same whoever looks, and from where. Who made it is told of deploys by Dockyard, and
    their number, which `dockyard rollback --to` takes.

    Example: dockyard history hello-python
    """
    session = Session(project, env)
    session.check_services(services or [])
    site = session.site
    find = surely_deployed if services else deployed
    names = services or sorted(session.environment.services)
    found = [one for one in side_by_side(lambda name: find(site, name), names) if one]
    versions = Versions(site.reading)
    who = partial(rejected_by, site)
    listed = side_by_side(lambda one: look(site.reading, versions, one, last, rejected_by=who), found)
    made = entries(site) if found else []
    known = with_deploys((change for of_one in listed for change in of_one), made, site.service_stack)
    changes = with_attempts(known, made, [one.name for one in found], site.service_stack, last)
    if json:
        screen.as_json([asdict(change) | {"seconds": change.seconds} for change in changes])
        return
    if not changes:
        screen.say(f"ECS knows of no deployment to {session.environment.name}; to make one: dockyard deploy")
        return
    for line in lines(changes, width(), site.service_stack):
        console().print(line)


def lines(changes: Sequence[Change], columns: int | None, stack: Callable[[str], str]) -> Iterator[Text]:
    """A table, and below it why what did not end well did not.

    :param stack: the name of a service's stack.
    """
    yield from grid([_row(change, stack(change.service)) for change in changes], columns, ("steps", "image", "from"))
    for change in changes:
        if change.reason and change.what not in STYLES:
            yield Text.assemble(("!", "yellow"), f" {change.service} {_when(change)}: {change.reason}")


def _row(change: Change, stack: str) -> Row:
    tag, commit = _version(change)
    return {
        "deploy": str(change.deploy.number) if change.deploy and change.deploy.number else None,
        "when": _when(change),
        "service": change.service,
        "what": Text(change.what, STYLES.get(change.what, "red")),
        "image": tag.removeprefix("sha256:")[:TAG_LENGTH] if tag else None,
        "commit": short_commit(commit) if commit else None,
        "took": span(timedelta(seconds=change.deploy.seconds) if change.deploy else change.ended - change.begun)
        if change.ended
        else None,
        **_made(change, stack),
    }


def _version(change: Change) -> tuple[str | None, str | None]:
    """Tag and commit: the image's, else those that the deploy knew."""
    if change.version:
        return change.version.tag, change.version.commit
    return (change.deploy.images.get(change.service), change.deploy.made.commit) if change.deploy else (None, None)


def _made(change: Change, stack: str) -> Row:
    """By whom, from which environment, and how long each step took."""
    if not (deploy := change.deploy):
        return dict.fromkeys(("by", "from", "steps"))
    number = deploy.made.run.rstrip("/").rpartition("/")[2]
    steps = {"synth": "synth", "image": change.service, "stack": stack}
    return {
        "by": deploy.made.actor + (f" (run {number})" if number else ""),
        "from": deploy.promoted.get(change.service, {}).get("environment"),
        "steps": ", ".join(f"{step} {deploy.steps[name]:g} s" for step, name in steps.items() if name in deploy.steps) or None,
    }


def _when(change: Change) -> str:
    return f"{change.begun.astimezone():%Y-%m-%d %H:%M}"
