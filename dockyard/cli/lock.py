"""`dockyard lock`: what must stay as it is once decided, written to dockyard.lock."""

import datetime
from dataclasses import replace
from typing import Annotated

import typer

from dockyard.build import STAND_INS, Bases
from dockyard.build.builder import ca_bundle
from dockyard.build.lock_bases import LockedBases, digest_of, lock_bases
from dockyard.build.of_project import sources
from dockyard.cli import screen
from dockyard.cli.arguments import Project
from dockyard.cli.pins import of_pinned
from dockyard.cli.session import Session
from dockyard.config import Environment
from dockyard.config.lock import Lock
from dockyard.config.relock import relock, write_lock
from dockyard.deploy.images import recipes
from dockyard.deploy.verify.previews import taken
from dockyard.errors import UsageError
from dockyard.operate.rollback import following


def lock(
    project: Project = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Give every image that is built a new tag, to install system packages anew.")
    ] = False,
    preview: Annotated[
        str | None,
        typer.Option(
            metavar="NAME-NUMBER",
            show_default=False,
            help="Also look at the load balancer of this preview, and move its rules whose priorities others have there.",
        ),
    ] = None,
) -> None:
    """Write dockyard.lock: digests of images, and priorities for rules that would collide.

    Base images, and images that services take as they are, are asked for in their registries, so that one which moved is a
    change that can be seen; an entry for a priority stays while its route does, and a rollback holds while its sources do. Exit
    code 1: not one digest could be asked for, and there was nothing else to write. The lock that a deploy holds is another one;
    it needs no command, and who waits for it is told who holds it.

    Example: dockyard lock --refresh
    """
    priorities = _lock_priorities(Session(project, preview), preview)
    bases, found = _lock_bases(Session(project), refresh=refresh)
    written = priorities or bases
    if written:
        screen.say("dockyard.lock is written; commit it")
    if found.unknown:
        screen.say(f"{_unknown(found)}; {'what is locked of them' if written else 'dockyard.lock'} is as it was")
    elif not written:
        screen.say("nothing to lock: no priorities collide, and no image has moved")
    if found.unknown and not found.answered and not written:
        raise typer.Exit(1)


def _unknown(found: LockedBases) -> str:
    here = f" (stand-ins of this machine take the place of {len(found.stand_ins)})" if found.stand_ins else ""
    return f"{found.unknown} digest{'s' if found.unknown > 1 else ''} could not be asked for{here}"


def _lock_priorities(session: Session, preview: str | None) -> bool:
    if preview and not session.environment.settings.preview:
        raise UsageError(f"{preview} is no preview", hint="without --preview, rules that the files tell of are looked at")
    done = relock(session.root, {preview: taken(session.site)} if preview else {})
    for name, priority in done.written.items():
        screen.result(f"{name}: priority {priority}")
    for name in done.dropped:
        screen.say(f"{name}: its entry has no meaning any more and is dropped")
    return bool(done.written or done.dropped)


def _named(session: Session, environment: Environment) -> set[str]:
    """Images that Dockerfiles start from, and that services take as they are."""
    return sources(environment).union(*(one.bases for one in recipes(session.project, environment, session.bases)))


def _lock_bases(session: Session, *, refresh: bool) -> tuple[bool, LockedBases]:
    """Whether it was written, and what was found out."""
    before = session.project.lock
    named = {name for environment in session.project.environments.values() for name in _named(session, environment)}
    found = lock_bases(named, before.bases, session.bases, lambda reference: digest_of(reference, ca_bundle(session.variables)))
    for reference, digest in found.changed.items():
        screen.result(f"{reference}: {digest}" + (f" (was {was})" if (was := before.bases.get(reference)) else ""))
    for reference in before.bases.keys() - found.digests.keys():
        screen.say(f"{reference}: nothing starts from it any more; its entry is dropped")
    for fault in found.faults:
        screen.warn(fault)
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds") if refresh else before.refresh
    after = _pins_followed(session, before.model_copy(update={"bases": found.digests, "refresh": when}))
    if after != before:
        write_lock(session.root, after)
    return after != before, found


def _pins_followed(session: Session, lock: Lock) -> Lock:
    """With the pins of rollbacks, which hold for the tags that the sources give by this lock as well."""
    project = session.project
    if not lock.pins:
        return lock
    bases = Bases.read(lock.bases, session.variables.get(STAND_INS))
    kept = following(lock, of_pinned(project, session.bases), of_pinned(replace(project, lock=lock), bases))
    for key in lock.pins.keys() - kept.pins.keys():
        screen.say(f"{key}: there is no such image any more; its pin is dropped")
    return kept
