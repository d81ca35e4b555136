"""`dockyard lock`: what must stay as it is once decided, written to dockyard.lock."""

import datetime
from typing import Annotated

import typer

from dockyard.build.lock_bases import LockedBases, lock_bases
from dockyard.cli import screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.config.relock import relock, write_lock
from dockyard.deploy.images import recipes


def lock(
    project: Project = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Give every image a new tag, so that system packages are installed anew.")
    ] = False,
) -> None:
    """Write dockyard.lock: digests of base images, and priorities for rules that would collide.

    Base images are asked for in their registries, so that one which moved is a change that can be seen; an entry for a priority
    stays while its route does.
    """
    priorities = _lock_priorities(Session(project))
    bases = _lock_bases(Session(project), refresh=refresh)
    nothing = "nothing to lock: no priorities collide, and no base image has moved"
    screen.say("dockyard.lock is written; commit it" if priorities or bases else nothing)


def _lock_priorities(session: Session) -> bool:
    done = relock(session.root)
    for name, priority in done.written.items():
        screen.result(f"{name}: priority {priority}")
    for name in done.dropped:
        screen.say(f"{name}: its entry has no meaning any more and is dropped")
    return bool(done.written or done.dropped)


def _lock_bases(session: Session, *, refresh: bool) -> bool:
    before = session.project.lock
    made = [
        one for environment in session.project.environments.values()
        for one in recipes(session.project, environment, session.bases)
    ]  # fmt: skip
    if not session.docker.answers():
        screen.warn("no Docker engine answers: base images are not asked for, and their entries stay as they are")
        found = LockedBases(dict(before.bases))
    else:
        found = lock_bases(made, before.bases, session.bases, session.docker)
    for reference, digest in found.changed.items():
        screen.result(f"{reference}: {digest}" + (f" (was {was})" if (was := before.bases.get(reference)) else ""))
    for reference in before.bases.keys() - found.digests.keys():
        screen.say(f"{reference}: no Dockerfile starts from it any more; its entry is dropped")
    for fault in found.faults:
        screen.warn(f"{fault}; its entry stays as it is")
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds") if refresh else before.refresh
    after = before.model_copy(update={"bases": found.digests, "refresh": when})
    if after != before:
        write_lock(session.root, after)
    return after != before
