"""`dockyard deploy`: the environment as the project says."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from dockyard.build.builder import JOBS, Options
from dockyard.build.command import ENGINE
from dockyard.build.sizes import size
from dockyard.cli import orphans, screen
from dockyard.cli.arguments import (
    AllowDataLoss,
    AllowInterruption,
    Builder,
    Environment,
    Jobs,
    Json,
    NoCache,
    Project,
    Services,
    Wait,
)
from dockyard.cli.locked import alone
from dockyard.cli.pins import lift
from dockyard.cli.session import Session
from dockyard.config import Service, Web
from dockyard.config.problems import all_of
from dockyard.deploy.intent import Intent, intent_of
from dockyard.deploy.lock import Lock
from dockyard.deploy.orphans import orphan_text
from dockyard.deploy.receipt import Receipt
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.run import Wishes, unchanged
from dockyard.deploy.run import deploy as run
from dockyard.deploy.site import Synth
from dockyard.deploy.states import Safety
from dockyard.local.trusted import AUTHORITY
from dockyard.progress import Progress


def deploy(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    force: Annotated[
        bool, typer.Option("--force", help="Look at every stack, even where nothing seems to have changed.")
    ] = False,
    via: Annotated[
        Literal["changesets", "cdk"], typer.Option(help="Deploy stacks by change sets, or by the CDK CLI.")
    ] = "changesets",
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also delete the stacks of services that the project no longer has, after asking.")
    ] = False,
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
    wait: Wait = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            help="Do not ask: delete what is left of a stack that could not be made, or deleted; with --prune also the stacks of "
            "services that the project no longer has.",
        ),
    ] = False,
    assembly: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            resolve_path=True,
            show_default=False,
            help="Deploy what `push --assembly` has synthesized there, from the same files. Default: synthesize now.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Build, push and deploy what changed, and print where each service answers.

    Example: dockyard deploy shop --env prod
    """
    session = Session(project, env, options=Options(jobs, no_cache, builder))
    session.check_services(services or [])
    allowed = Allowed(allow_interruption, allow_data_loss)
    wishes = Wishes(services or [], force, via == "cdk", allowed, prune, assembly=assembly)
    going = orphans.agreed(session, yes=yes) if prune else []
    deploy_and_tell(session, wishes, going, json=json, wait=wait, yes=yes)


def deploy_and_tell(
    session: Session,
    wishes: Wishes,
    going: Sequence[str] = (),
    *,
    command: str = "dockyard deploy",
    json: bool,
    wait: float | None = None,
    yes: bool = False,
) -> None:
    """Deploy, then print one line a service. Nothing is locked where nothing is to be done.

    :param going: stacks that are deleted afterwards.
    :param command: the one that the user gave.
    :param wait: seconds, where another command changes the environment. Default: as long as it takes.
    :param yes: agree to what could lose data, instead of asking.
    """
    say_where(session)
    with screen.Board() as board:
        intent = intent_of(session.site, wishes.promoted)
        receipt = unchanged(session.site, board, wishes, intent)
    if receipt and not going:
        tell(session, wishes, receipt, json=json)
        return
    again = f"{' '.join([command, *wishes.services])} --env {session.environment.name}"
    with alone(session, command, wait) as (held, lock):
        intent_now = None if lock.waited or receipt else intent
        deploy_under(lock, held, wishes, again, json=json, yes=yes, intent=intent_now, going=going)


def deploy_under(
    lock: Lock,
    session: Session,
    wishes: Wishes,
    again: str,
    *,
    json: bool,
    yes: bool,
    intent: Intent | None = None,
    going: Sequence[str] = (),
) -> None:
    """The same for who holds the lock already.

    :param again: the command that was given, which `--yes` is to be added to where nobody can be asked.
    :param intent: what is to be brought about. Default: it is read now, and may be there already.
    :param going: stacks that are deleted afterwards.
    """
    hint = f"supply --yes: {again} --yes"
    with screen.Board() as board:
        receipt = deployed(lock, session, wishes, board, lambda question: yes or board.ask(question, hint), intent=intent)
    if going:
        receipt = replace(receipt, orphans=orphans.delete(session, going, lock))
    tell(session, wishes, receipt, json=json)


def deployed(
    lock: Lock,
    session: Session,
    wishes: Wishes,
    progress: Progress,
    consent: Callable[[str], bool],
    *,
    synth: Synth | None = None,
    intent: Intent | None = None,
) -> Receipt:
    """Deploy what is not deployed yet.

    :param consent: whether the user agrees to what could lose data.
    :param synth: what synthesizes. Default: a process for each time.
    :param intent: what is to be brought about. Default: it is read now, and may be there already.
    """
    site, receipt = replace(session.site, synth=synth), None
    if intent is None:
        intent = intent_of(site, wishes.promoted)
        receipt = unchanged(site, progress, wishes, intent)
    return receipt or run(site, progress, wishes, intent, Safety(lock.check, consent))


def say_where(session: Session) -> None:
    """Which environment it is about."""
    screen.say(f"{session.project.name} to {session.environment.name} (account {session.aws.account}, {session.aws.region})")


def tell(session: Session, wishes: Wishes, receipt: Receipt, *, json: bool) -> None:
    """What was done, and where services answer; pins that have done their work are taken out of dockyard.lock."""
    environment = session.environment.name
    screen.say(f"{'nothing changed' if receipt.nothing_changed else 'done'} ({receipt.seconds:.1f} s)")
    for name in lift(session, wishes.services, receipt.images):
        screen.say(f"{name}: its sources changed after its rollback, so its pin is taken out of dockyard.lock; commit that")
    for name, pushed in receipt.pushed.items():
        screen.say(f"{name}: {_told(pushed)}")
    for name in [] if receipt.nothing_changed or wishes.prune else receipt.orphans:
        screen.say(f"{orphan_text(session.site, name)}; to delete: dockyard deploy --prune --env {environment}")
    for name, balancer in receipt.through.items():
        authority = session.variables.get(AUTHORITY)
        screen.say(f"{name}: " + _pointing(session.environment.services[name], receipt.addresses[name], balancer, authority))
    if json:
        screen.as_json(asdict(receipt))
    else:
        screen.table([{"service": name, "address": address} for name, address in receipt.addresses.items()])


def _told(pushed: Mapping[str, int | None]) -> str:
    """What of an image was pushed; another builder than the engine's tells of no layers."""
    sent, reused = pushed["layers_pushed"], pushed["layers_reused"]
    layers = "" if sent is None else f"; layers: {sent} pushed, {reused} reused"
    return f"image of {size(pushed['size'] or 0)}{layers}"


def _pointing(service: Service, address: str, balancer: str, authority: str | None) -> str:
    """Which names must lead to the load balancer, and how to ask before they do. HTTP leads on to HTTPS.

    :param authority: file with the certificate of who signed that of the load balancer, where a client must be told.
    """
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    name, _, port = balancer.partition(":")
    named = service.http.host if isinstance(service, Web) and service.http.host else (host,)
    asked = named[0].replace("*", "any") + (f":{port}" if port else "")
    trusted = f"--cacert {shlex.quote(authority)} " if authority and scheme == "https" else ""
    way = f"curl -L {trusted}--connect-to ::{name}: http://{asked}/{path}"
    return f"{all_of([*named])} must point at {balancer}; until then: {way}"
