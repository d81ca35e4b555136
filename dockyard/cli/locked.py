"""An environment's lock, for the commands that change it."""

from collections.abc import Iterator
from contextlib import contextmanager

from dockyard.cli import screen
from dockyard.cli.session import Session
from dockyard.deploy.lock import Lock, locked, place


@contextmanager
def alone(session: Session, doing: str, wait: float | None) -> Iterator[tuple[Session, Lock]]:
    """Hold the lock of the session's environment; the project's files are read again where it was waited for.

    :param doing: what is told those who wait.
    :param wait: seconds, after which DeployError is raised. None: as long as it takes.
    """
    with locked(place(session.site), session.variables, doing, wait, screen.say) as lock:
        yield (session.anew() if lock.waited else session), lock
