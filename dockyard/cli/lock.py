"""`dockyard lock`: the exceptions that must stay as they are once decided."""

from dockyard.cli import screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.config.relock import relock


def lock(project: Project = None) -> None:
    """Give rules whose priorities collide another one, and write it to dockyard.lock."""
    session = Session(project)
    written = relock(session.root)
    for name, priority in written.items():
        screen.result(f"{name}: priority {priority}")
    screen.say("dockyard.lock is written; commit it" if written else "nothing to lock: no priorities collide")
