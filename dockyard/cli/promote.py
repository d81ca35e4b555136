"""`dockyard promote`: what one environment runs, in another."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer
from rich.text import Text

from dockyard.build.plan import side_by_side
from dockyard.cli import screen
from dockyard.cli.arguments import AllowDataLoss, AllowInterruption, Json, Project, Services, Wait
from dockyard.cli.deploying import deploy_under, say_where
from dockyard.cli.locked import alone
from dockyard.cli.painted import Row, grid
from dockyard.cli.pins import kept
from dockyard.cli.session import Session
from dockyard.cli.status import TAG_LENGTH
from dockyard.config.relock import write_lock
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.run import Wishes
from dockyard.deploy.site import Site, in_other_account
from dockyard.doors.aws import Aws
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.deployed import Deployed, deployed, not_deployed
from dockyard.operate.look import Lookout
from dockyard.operate.promote import Promoter, Promotion, check_any, check_fit, check_sources
from dockyard.operate.rollback import with_pins
from dockyard.operate.version import short_commit

DIGEST_LENGTH = 19
"""Of `sha256:` and twelve digits."""

From = Annotated[str, typer.Option("--from", metavar="ENVIRONMENT", help="The environment that runs what is wanted.")]
To = Annotated[str, typer.Option("--to", metavar="ENVIRONMENT", help="The environment that gets it.")]
Profile = Annotated[
    str | None,
    typer.Option(
        "--from-profile",
        metavar="PROFILE",
        show_default=False,
        help="AWS profile that reads the first environment. Default: the own credentials; in another account its lookup role.",
    ),
]
Pin = Annotated[
    bool, typer.Option("--pin", help="Also where the sources here give other images; dockyard.lock keeps these in their place.")
]


def promote(
    origin: From,
    to: To,
    services: Services = None,
    project: Project = None,
    profile: Profile = None,
    pin: Pin = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Do not ask, neither for the promotion nor to delete what is left of a stack that could not be made."
        ),
    ] = False,
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    wait: Wait = None,
    json: Json = False,
) -> None:
    """Deploy to one environment just the images that another one runs: copied by their digests, and nothing is built.

    Settings are the target's, from the files here: check out the commit that runs. What was rolled back in the target stays.

    Example: dockyard promote --from staging --to prod
    """
    session = Session(project, to)
    if origin == session.environment.name:
        raise UsageError(f"--from and --to should be two environments, got {origin} twice")
    session.check_services(services or [])
    source = _source(session, origin, profile)
    found = _running(source, services or sorted(session.environment.services), sure=bool(services))
    names = [one.name for one in found]
    check_fit(Lookout(source).look(names), origin)
    promoter = Promoter(source, session.site, session.images(names))
    promotions = [one for of_one in side_by_side(lambda one: promoter.look(one.name, one), found) for one in of_one]
    check_any(promotions, names, to)
    _show(promotions, origin, to)
    if not pin:
        check_sources(promotions, to)
    if not yes:
        _ask(names, to)
    everything = set(names) == set(session.environment.services)
    wishes = Wishes(() if everything else names, allowed=Allowed(allow_interruption, allow_data_loss))
    again = f"dockyard promote {' '.join(services or [])} --from {origin} --to {to}{' --pin' if pin else ''}".replace("  ", " ")
    _deploy(session, promotions, wishes, again, wait=wait, pin=pin, yes=yes, json=json)


def _source(session: Session, name: str, profile: str | None) -> Site:
    """The environment that is promoted from, in its account and region. Raises UsageError, PrerequisiteError."""
    environment = session.project.environment(name)
    aws, account = Aws(region=environment.settings.region, profile=profile), environment.settings.account
    if account and profile and aws.account != account:
        raise UsageError(f"environment {name} is in account {account}, and profile {profile} is of {aws.account}")
    aws = in_other_account(aws, session.root, account) if account else aws
    return replace(session.site, environment=environment, aws=aws)


def _running(source: Site, names: Sequence[str], *, sure: bool) -> list[Deployed]:
    """These services in the first environment, without those that are not deployed there; a fault where it should be `sure`."""
    looked = dict(zip(names, side_by_side(lambda name: deployed(source, name), names), strict=True))
    missing = [name for name, one in looked.items() if one is None]
    if missing and sure:
        raise not_deployed(source, missing[0])
    for name in missing:
        screen.warn(f"{name} is not deployed to {source.environment.name}, and left out")
    found = [one for one in looked.values() if one]
    if not found:
        raise DockyardError(
            f"nothing is deployed to {source.environment.name}", hint=f"run: dockyard deploy --env {source.environment.name}"
        )
    return found


def _deploy(
    session: Session,
    promotions: Sequence[Promotion],
    wishes: Wishes,
    again: str,
    *,
    wait: float | None,
    pin: bool,
    yes: bool,
    json: bool,
) -> None:
    """Deploy them, after dockyard.lock has pins of those that a deploy from here would not give the target."""
    going = [one for one in promotions if pin or not one.stays]
    wishes = replace(wishes, promoted={one.service: one.image for one in going})
    tags = {one.service: one.image.tag for one in going if not one.fits}
    given = {one.service: one.of_sources for one in going}
    say_where(session)
    with alone(session, "dockyard promote", wait) as (held, lock):
        before = held.project.lock
        pinned = with_pins(before, held.environment.name, tags, given, {}, promotions[0].image.environment)
        if pinned.pins == before.pins:
            deploy_under(lock, held, wishes, again, json=json, yes=yes)
            return
        with kept(held, {name: tag for name, tag in tags.items() if name in held.environment.services}):
            write_lock(held.root, pinned)
            deploy_under(lock, held.anew(), wishes, again, json=json, yes=yes)
    screen.say("dockyard.lock is written; commit it, so that others do not deploy what their sources give")


def _show(promotions: Sequence[Promotion], origin: str, to: str) -> None:
    for line in grid([_row(one, origin, to) for one in promotions], None):
        screen.say(line.plain)
    for one in promotions:
        if one.stays:
            screen.warn(
                f"{one.service}: {to} was rolled back from {one.image.tag}, and stays at {one.to_be} (pins in dockyard.lock)"
            )


def _row(one: Promotion, origin: str, to: str) -> Row:
    image = one.image
    return {
        "service": one.service, f"in {origin}": image.tag[:TAG_LENGTH],
        "commit": short_commit(image.commit) if image.commit else None, "digest": image.digest[:DIGEST_LENGTH],
        f"in {to} by now": Text("the same") if one.now == image.tag else Text(one.now[:TAG_LENGTH] if one.now else "nothing"),
    }  # fmt: skip


def _ask(names: Sequence[str], to: str) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    if not screen.is_terminal():
        raise UsageError(f"this would be deployed to {to}, and there is nobody to ask", hint="supply --yes")
    screen.agree(f"deploy {', '.join(names)} to {to}")
