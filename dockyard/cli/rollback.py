"""`dockyard rollback`: a version that ran well before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import AllowDataLoss, AllowInterruption, Environment, Json, Project, Wait, Yes
from dockyard.cli.deploying import deploy_under, say_where
from dockyard.cli.locked import alone
from dockyard.cli.pins import kept, of_sources
from dockyard.cli.session import Session
from dockyard.config.lock import Lock
from dockyard.config.relock import write_lock
from dockyard.deploy.ledger import Entry, entries
from dockyard.deploy.lock import Lock as Held
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.run import Wishes
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.history import history, with_deploys
from dockyard.operate.look import Lookout
from dockyard.operate.rollback import deploy_named, name_of, named, services_of, tags_of, target, with_pins
from dockyard.operate.version import Versions, short_commit, tags_in

Service = Annotated[
    str | None, typer.Argument(help="The service. Default: all of the deploy that --to names.", show_default=False)
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="DEPLOY",
        show_default=False,
        help="Number of a deploy in `dockyard history`, or a tag or commit. Default: the last good version before.",
    ),
]


@dataclass(frozen=True)
class Back:
    """What one service goes back to."""

    service: str
    wanted: Mapping[str, str]
    """Service or sidecar to its tag."""
    running: Mapping[str, str]
    """To the tag that runs."""
    told: str
    """What it is, in words."""


def rollback(
    service: Service = None,
    to: To = None,
    env: Environment = None,
    project: Project = None,
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    wait: Wait = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Go back to a version that was deployed well before, by a deploy as any other, and keep it until the sources change.

    A deploy, by its number in `dockyard history`, stands for the versions that it brought, of one service or of all.
    dockyard.lock gets a pin of each, which every deploy follows and tells of; commit it. Only images go back: variables, size and
    all else are as the project's files say.

    Example: dockyard rollback hello-python --to 12
    """
    before = Session(project, env)
    services = [service] if service else []
    before.check_services(services)
    if not (services or to):
        raise UsageError("rollback should have a service, or the number of a deploy by --to", hint="run: dockyard history")
    say_where(before)
    again = " ".join(["dockyard rollback", *services, *([f"--to {to}"] if to else []), f"--env {before.environment.name}"])
    with alone(before, "dockyard rollback", wait) as (session, lock):
        chosen = _decide(session, services, to)
        for one in chosen:
            screen.say(f"{one.service}: back to {one.told}")
        wishes = Wishes([one.service for one in chosen], allowed=Allowed(allow_interruption, allow_data_loss))
        wanted = {name: tag for one in chosen for name, tag in one.wanted.items()}
        running = {name: tag for one in chosen for name, tag in one.running.items()}
        pinned = go_back(lock, session, wishes, again, wanted, running, json=json, yes=yes)
    if pinned is not None:
        _tell_pins(session, chosen, pinned)
    _tell_way_forward(session, chosen, session.project.lock if pinned is None else pinned)


def _tell_pins(session: Session, chosen: Sequence[Back], pinned: Lock) -> None:
    """What was done to dockyard.lock."""
    keys = {one.service: f"{session.environment.name}/{one.service}" for one in chosen}
    if keys.values() & pinned.pins.keys():
        screen.say("dockyard.lock is written; commit it, so that others do not deploy what was taken back")
    for name in (name for name, key in keys.items() if key not in pinned.pins):
        screen.say(f"{name}: its sources give just this version, so its pin is taken out of dockyard.lock; commit that")


def _tell_way_forward(session: Session, chosen: Sequence[Back], lock: Lock) -> None:
    """How to have again what ran before, as no deploy brings it while the pin is there; not where each deploy of it failed."""
    environment = session.environment.name
    made = entries(session.site)
    for one in chosen:
        brought = [entry for entry in made if tags_of(entry, one.service) == one.running]
        if brought and all(session.site.service_stack(one.service) in entry.faults for entry in brought):
            continue
        to = name_of(one.service, one.running, made)
        if to and f"{environment}/{one.service}" in lock.pins:
            screen.say(f"to take that back: dockyard rollback {one.service} --to {to} --env {environment}")


def go_back(
    held: Held,
    session: Session,
    wishes: Wishes,
    again: str,
    wanted: Mapping[str, str],
    running: Mapping[str, str],
    *,
    json: bool = False,
    yes: bool = False,
) -> Lock | None:
    """Deploy the services of these wishes with images of these tags, and pin them; the lock, or None where it has that already.

    :param again: the command that was given.
    :param wanted: service or sidecar to its tag, which ECR has.
    :param running: to the tag that runs now.
    """
    pinned = _pinned(session, wishes.services, wanted, running)
    wishes = replace(wishes, back=[name for name in wishes.services if f"{session.environment.name}/{name}" in pinned.pins])
    if pinned.pins == session.project.lock.pins:
        deploy_under(held, session, wishes, again, json=json, yes=yes)
        return None
    with kept(session, {service: wanted[service] for service in wishes.services}):
        write_lock(session.root, pinned)
        deploy_under(held, session.anew(), wishes, again, json=json, yes=yes)
    return pinned


def _decide(session: Session, services: Sequence[str], to: str | None) -> list[Back]:
    """What goes back, and to what. Raises DockyardError where nothing does, UsageError where `to` names nothing.

    :param services: the one; none for all of the deploy that `to` names.
    """
    made = deploy_named(to, services, entries(session.site)) if to else None
    if made:
        return _of_deploy(session, made, services or services_of(made))
    return [_of_version(session, service, to) for service in services]


def _of_version(session: Session, service: str, to: str | None) -> Back:
    reading = session.site.reading
    found = history(reading, Versions(reading), surely_deployed(session.site, service))
    changes = with_deploys(found, entries(session.site), session.site.service_stack)
    status = Lookout(session.site).look([service])[0]
    pin = session.project.lock.pins.get(f"{session.environment.name}/{service}")
    taken_back = pin.instead_of if pin and not pin.promoted_from else ()
    chosen = target(service, status.version.tag if status.version else None, changes, to, taken_back)
    images = {image.service: image for image in session.images([service])}
    wanted = tags_in(service, chosen.images, images)
    if service not in wanted:
        raise _not_ours(service)
    told = f"{named(chosen)}, deployed {chosen.begun.astimezone():%Y-%m-%d %H:%M}"
    return Back(service, wanted, tags_in(service, status.images, images), told)


def _of_deploy(session: Session, made: Entry, services: Sequence[str]) -> list[Back]:
    """Those of its services that run other versions by now; it is told of each that cannot go back, as it is there no more."""
    there = [name for name in services if name in session.environment.services]
    for name in (name for name in services if name not in there):
        screen.warn(f"{name}: the project has it no more, so it stays as it is")
    images = {image.service: image for image in session.images(there)}
    found = []
    for status in Lookout(session.site).look(there):
        name = status.service
        wanted = {one: tag for one, tag in tags_of(made, name).items() if one in images}
        if name not in wanted:
            raise _not_ours(name)
        running = tags_in(name, status.images, images)
        if wanted != running:
            commit = f" (commit {short_commit(made.made.commit)})" if made.made.commit else ""
            found.append(Back(name, wanted, running, f"{wanted[name]} of deploy {made.number}{commit}"))
    if not found:
        raise DockyardError(f"nothing goes back: what deploy {made.number} brought runs already", hint="run: dockyard history")
    return found


def _not_ours(service: str) -> UsageError:
    return UsageError(
        f"{service} does not take its image from a repository of its own", hint="take its service.yaml back, by git"
    )


def _pinned(session: Session, services: Sequence[str], wanted: Mapping[str, str], running: Mapping[str, str]) -> Lock:
    """The lock that keeps these images, which ECR has."""
    images = {image.service: image for image in session.images(list(services))}
    for name, tag in wanted.items():
        if session.site.reading.image_digest(images[name].repository, tag) is None:
            raise DockyardError(
                f"ECR has no {images[name].repository}:{tag} any more", hint="go back to another: dockyard history"
            )
    return with_pins(session.project.lock, session.environment.name, wanted, of_sources(images.values()), running)
