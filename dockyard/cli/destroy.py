"""`dockyard destroy`: the end of services, or of an environment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Services, Wait
from dockyard.cli.locked import alone
from dockyard.cli.session import Session
from dockyard.config import Service, parameter_name
from dockyard.deploy.lock import Lock
from dockyard.deploy.site import Site
from dockyard.errors import UsageError
from dockyard.operate.care import repositories
from dockyard.operate.destroy import Doomed, check_agreed, doomed
from dockyard.operate.destroy import destroy as run
from dockyard.operate.kept import kept, of_those_gone
from dockyard.operate.secrets import OwnSecrets


def destroy(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    registry: Annotated[
        bool, typer.Option("--registry", help="Also delete the registry's stack, and its repositories with all images.")
    ] = False,
    wait: Wait = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the stacks of an environment, or of services: services first, side by side, then what they share.

    Images stay in ECR, unless with --registry; so the next deploy builds nothing that was built before.

    Example: dockyard destroy shop --env dev
    """
    if services and registry:
        raise UsageError("--registry is for the whole application: name no services with it")
    begun = Session(project, env)
    screen.say(f"{begun.project.name} in {begun.environment.name} (account {begun.aws.account}, {begun.aws.region})")
    for name, text in _cut_off(begun.environment.services, services or []):
        screen.warn(f"{name}: {text}")
    agreed = asked(begun, services or [], registry=registry, yes=yes)
    with alone(begun, "dockyard destroy", wait) as (session, lock):
        destroy_under(lock, session, services or [], registry=registry, agreed=agreed)
    if not services and (left := stays(session)):
        screen.say(f"stays: {'; '.join(left)}")


def _cut_off(services: Mapping[str, Service], going: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Services that stay and call one that goes."""
    for name, service in services.items():
        called = [one for one in getattr(service, "calls", ()) if one in going]
        if called and name not in going:
            yield name, f"calls {', '.join(called)}, and finds nobody there from then on"


def asked(session: Session, services: Sequence[str] = (), *, registry: bool = False, yes: bool) -> Doomed | None:
    """What the user agrees to; None where it need not be asked. Before the lock: others would wait for the answer."""
    if yes:
        return None
    going = doomed(session.site, services, registry=registry)
    if going.everything:
        _ask(going, chain.from_iterable(kept(session.site.reading, going.names).values()))
    return going


def destroy_under(
    lock: Lock, session: Session, services: Sequence[str] = (), *, registry: bool = False, agreed: Doomed | None = None
) -> None:
    """The same for who holds the lock already.

    :param agreed: what the user has agreed to, where it was asked: no more than that goes.
    """
    going = doomed(session.site, services, registry=registry)
    if agreed:
        check_agreed(agreed, going)
    if not going.everything:
        screen.say("nothing to delete")
        return
    with telling_what_stays(session.site, going.names), screen.Board() as board:
        run(session.site, going, board, lock.check)


@contextmanager
def telling_what_stays(site: Site, stacks: Sequence[str]) -> Iterator[None]:
    """Tell at the end what is left of those of these stacks that are gone by then, also where another one failed."""
    found = kept(site.reading, stacks)
    try:
        yield
    finally:
        with suppress(ClientError, BotoCoreError):
            if left := of_those_gone(site.reading, found):
                screen.say(f"stays, and is of no stack any more: {', '.join(left)}")


def stays(session: Session) -> list[str]:
    """What an environment that is destroyed leaves, and what removes it; nothing where the credentials may not look."""
    try:
        return list(_stays(session))
    except (ClientError, BotoCoreError):
        return []


def _stays(session: Session) -> Iterator[str]:
    environment, application = session.environment, session.project.name
    if environment.shared == environment.name:  # else they are another's
        found = OwnSecrets(application, environment.name, session.aws).listed(session.site.reading)
        names = ", ".join(parameter_name(application, environment.name, one.service, one.name) for one in found)
        if names:
            yield f"secrets {names} (dockyard secrets rm)"
    if repositories(session.site, []):
        yield "images in ECR (dockyard destroy --registry)"


def _ask(going: Doomed, left: Iterable[str]) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    for name in going.names:
        screen.say(f"  stack {name}")
    for name in going.repositories:
        screen.say(f"  repository {name} with all images")
    for name in left:
        screen.say(f"  stays: {name}")
    if not screen.is_terminal():
        raise UsageError("this would be deleted, and there is nobody to ask", hint="supply --yes")
    screen.agree("delete all of it")
