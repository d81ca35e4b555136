"""`dockyard rollback`: a version that ran well before."""

from collections.abc import Mapping
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import AllowDataLoss, AllowInterruption, Environment, Json, Project, Service, Wait, Yes
from dockyard.cli.deploying import deploy_under, say_where
from dockyard.cli.locked import alone
from dockyard.cli.pins import kept, of_sources
from dockyard.cli.session import Session
from dockyard.config.lock import Lock
from dockyard.config.relock import write_lock
from dockyard.deploy.lock import Lock as Held
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.run import Wishes
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.history import Change, history
from dockyard.operate.look import Lookout
from dockyard.operate.rollback import named, target, with_pins
from dockyard.operate.version import Versions, tags_in

To = Annotated[
    str | None,
    typer.Option("--to", metavar="VERSION", show_default=False, help="Tag or commit. Default: the last good one before."),
]


def rollback(
    service: Service,
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

    dockyard.lock gets a pin of it, which every deploy follows and tells of; commit it. Only images go back: variables, size and
    all else are as the project's files say.

    Example: dockyard rollback hello-python --to 1a2b3c4
    """
    before = Session(project, env)
    before.check_services([service])
    say_where(before)
    wishes = Wishes([service], allowed=Allowed(allow_interruption, allow_data_loss))
    again = f"dockyard rollback {service}{f' --to {to}' if to else ''} --env {before.environment.name}"
    with alone(before, "dockyard rollback", wait) as (session, lock):
        chosen, running = _decide(session, service, to)
        screen.say(f"{service}: back to {named(chosen)}, deployed {chosen.begun.astimezone():%Y-%m-%d %H:%M}")
        pinned = go_back(lock, session, wishes, again, chosen.images, running, json=json, yes=yes)
    if pinned is None:
        return
    if f"{session.environment.name}/{service}" in pinned.pins:
        screen.say("dockyard.lock is written; commit it, so that others do not deploy what was taken back")
    else:
        screen.say(f"{service}: its sources give just this version, so its pin is taken out of dockyard.lock; commit that")


def go_back(
    held: Held,
    session: Session,
    wishes: Wishes,
    again: str,
    chosen: Mapping[str, str],
    running: Mapping[str, str],
    *,
    json: bool = False,
    yes: bool = False,
) -> Lock | None:
    """Deploy the one service of these wishes with these images, and pin them; the lock, or None where it has that already.

    :param again: the command that was given.
    :param chosen: container to image, as a task definition names them.
    :param running: the same of what runs now.
    """
    (service,) = wishes.services
    pinned, tag = _pinned(session, service, chosen, running)
    if pinned.pins == session.project.lock.pins:
        deploy_under(held, session, wishes, again, json=json, yes=yes)
        return None
    with kept(session, {service: tag}):
        write_lock(session.root, pinned)
        deploy_under(held, session.anew(), wishes, again, json=json, yes=yes)
    return pinned


def _decide(session: Session, service: str, to: str | None) -> tuple[Change, Mapping[str, str]]:
    """The version to go back to, and the images of the one that runs."""
    reading, environment, before = session.site.reading, session.environment.name, session.project.lock
    changes = history(reading, Versions(reading), surely_deployed(session.site, service))
    version = Lookout(session.site).look([service])[0].version
    pin = before.pins.get(f"{environment}/{service}")
    chosen = target(
        service, version.tag if version else None, changes, to, pin.instead_of if pin and not pin.promoted_from else ()
    )
    return chosen, next((change.images for change in changes if version and change.version == version), {})


def _pinned(session: Session, service: str, chosen: Mapping[str, str], running: Mapping[str, str]) -> tuple[Lock, str]:
    """The lock that keeps these images, which ECR has, and the service's tag among them."""
    reading, environment, before = session.site.reading, session.environment.name, session.project.lock
    images = {image.service: image for image in session.images([service])}
    wanted = tags_in(service, chosen, images)
    if service not in wanted:
        raise UsageError(
            f"{service} does not take its image from a repository of its own", hint="take its service.yaml back, by git"
        )
    for name, tag in wanted.items():
        if reading.image_digest(images[name].repository, tag) is None:
            raise DockyardError(
                f"ECR has no {images[name].repository}:{tag} any more", hint=f"go back to another: dockyard history {service}"
            )
    pinned = with_pins(before, environment, wanted, of_sources(images.values()), tags_in(service, running, images))
    return pinned, wanted[service]
