"""`dockyard deploy`: the environment as the project says."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from dockyard.build.builder import JOBS, Options
from dockyard.build.command import ENGINE
from dockyard.build.sizes import size
from dockyard.cli import screen
from dockyard.cli.arguments import AllowInterruption, Builder, Environment, Jobs, Json, NoCache, Project, Services
from dockyard.cli.pins import lift
from dockyard.cli.session import Session
from dockyard.config import Service, Web
from dockyard.config.problems import all_of
from dockyard.deploy.orphans import orphan_text
from dockyard.deploy.run import Wishes
from dockyard.deploy.run import deploy as run
from dockyard.doors.lock import alone


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
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
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
    wishes = Wishes(services or [], force=force, via_cdk=via == "cdk", allow_interruption=allow_interruption, assembly=assembly)
    deploy_and_tell(session, wishes, json=json)


def deploy_and_tell(session: Session, wishes: Wishes, *, json: bool) -> None:
    """Deploy, then print one line a service."""
    environment = session.environment.name
    screen.say(f"{session.project.name} to {environment} (account {session.aws.account}, {session.aws.region})")
    busy = f"another deploy to {environment} runs in this folder; waiting for it"
    with alone(session.own_folder / f"deploy-{environment}.lock", lambda: screen.say(busy)), screen.Board() as board:
        receipt = run(session.site, board, wishes)
    screen.say(f"{'nothing changed' if receipt.nothing_changed else 'done'} ({receipt.seconds:.1f} s)")
    for name in lift(session, wishes.services, receipt.images):
        screen.say(f"{name}: its sources changed after its rollback, so its pin is taken out of dockyard.lock; commit that")
    for name, pushed in receipt.pushed.items():
        screen.say(f"{name}: {_told(pushed)}")
    for name in [] if receipt.nothing_changed else receipt.orphans:
        gone = name.removeprefix(session.site.service_stack(""))
        screen.say(f"{orphan_text(session.site, name)}; to delete: dockyard destroy {gone} --env {environment}")
    for name, balancer in receipt.through.items():
        screen.say(f"{name}: " + _pointing(session.environment.services[name], receipt.addresses[name], balancer))
    if json:
        screen.as_json(asdict(receipt))
    else:
        screen.table([{"service": name, "address": address} for name, address in receipt.addresses.items()])


def _told(pushed: Mapping[str, int | None]) -> str:
    """What of an image was pushed; another builder than the engine's tells of no layers."""
    sent, reused = pushed["layers_pushed"], pushed["layers_reused"]
    layers = "" if sent is None else f"; layers: {sent} pushed, {reused} reused"
    return f"image of {size(pushed['size'] or 0)}{layers}"


def _pointing(service: Service, address: str, balancer: str) -> str:
    """Which names must lead to the load balancer, and how to ask before they do. HTTP leads on to HTTPS."""
    host, _, path = address.partition("://")[2].partition("/")
    name, _, port = balancer.partition(":")
    named = service.http.host if isinstance(service, Web) and service.http.host else (host,)
    asked = named[0].replace("*", "any") + (f":{port}" if port else "")
    way = f"curl -L --connect-to ::{name}: http://{asked}/{path}"
    return f"{all_of([*named])} must point at {balancer}; until then: {way}"
