"""`dockyard verify`: whether a deploy can go well, before anything is changed."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.painted import console, width
from dockyard.cli.session import Session
from dockyard.deploy.verify.account import ACCOUNT
from dockyard.deploy.verify.check import Check, Verdict, ng
from dockyard.deploy.verify.run import verify as look
from dockyard.errors import PrerequisiteError, UsageError

_STYLES = {Verdict.OK: "green", Verdict.NG: "bold red", Verdict.SKIP: "yellow"}
_NARROWEST = 30
"""Columns that text has in any case."""


def verify(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only what a deploy looks at by itself: no image is run, no drift looked for.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell whether a deploy can go well, before anything is changed: OK, NG with what to do, or SKIP where it cannot be told.

    It looks at credentials, bootstrap, domains, network, listener, capacity and quotas; of services at image, architecture, port,
    secrets, state and drift. Images of web services that are on this machine are run, alone, and asked as the load balancer will.
    Exit code: 0 no NG, 1 an NG.

    Example: dockyard verify --env prod
    """
    session = Session(project, env)
    session.check_services(services or [])
    checks = _looked(session, services or [], quick=quick)
    is_good = all(one.verdict is not Verdict.NG for one in checks)
    if json:
        screen.as_json({"ok": is_good, "checks": [asdict(one) for one in checks]})
    else:
        for line in tree(checks, width()):
            console().print(line)
    if not is_good:
        raise typer.Exit(1)


def _looked(session: Session, services: Sequence[str], *, quick: bool) -> list[Check]:
    environment = session.environment.name
    try:
        aws = session.aws
    except (PrerequisiteError, UsageError) as error:
        return [ng(ACCOUNT, "credentials", str(error), error.hint)]
    screen.say(f"{session.project.name} in {environment} (account {aws.account}, {aws.region})")
    with screen.Board() as board:
        return look(session.site, services, board, quick=quick)


def tree(checks: Sequence[Check], columns: int | None) -> Iterator[Text]:
    """A line a check, below what it is about; then how many there are of each.

    :param columns: of the terminal; None for any number.
    """
    widest = max((len(one.name) for one in checks), default=0)
    for subject, found in groupby(checks, lambda one: one.subject):
        yield Text(subject, "bold")
        for check in found:
            yield from _lines(check, widest, columns)
    counts = Counter(one.verdict for one in checks)
    yield Text(
        ", ".join(f"{counts[one]} {one}" for one in Verdict if counts[one]), _STYLES[Verdict.NG] if counts[Verdict.NG] else ""
    )


def _lines(check: Check, widest: int, columns: int | None) -> Iterator[Text]:
    indent = 2 + len(Verdict.SKIP) + 2 + widest + 2
    room = max(_NARROWEST, columns - indent) if columns else None
    first, *rest = [part for line in check.found.splitlines() or [""] for part in _wrapped(line, room)]
    yield Text.assemble(
        "  ", (f"{check.verdict:<{len(Verdict.SKIP)}}", _STYLES[check.verdict]), f"  {check.name:<{widest}}  {first}"
    )
    for line in rest:
        yield Text(" " * indent + line)
    for number, line in enumerate(_wrapped(check.hint, room and room - 5) if check.hint else []):
        yield Text.assemble(" " * indent, ("try: " if number == 0 else "     ", "bold"), line)


def _wrapped(text: str, room: int | None) -> list[str]:
    return textwrap.wrap(text, room, break_on_hyphens=False) or [""] if room else [text]
