"""`dockyard lock`: the exceptions that must stay as they are once decided."""

from dockyard.cli import screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.config.relock import relock


def lock(project: Project = None) -> None:
    """Give rules whose priorities collide others, and write them to dockyard.lock; an entry stays while its route does."""
    session = Session(project)
    done = relock(session.root)
    for name, priority in done.written.items():
        screen.result(f"{name}: priority {priority}")
    for name in done.dropped:
        screen.say(f"{name}: its entry has no meaning any more and is dropped")
    changed = done.written or done.dropped
    screen.say("dockyard.lock is written; commit it" if changed else "nothing to lock: no priorities collide")
