"""One at a time: who changes an environment holds its lock, in the account, so that it is one for all machines.

The lock is an object in the bootstrap's bucket (`doors/lease.py`), which deploys need in any case and may write in the role that
publishes files. Its holder renews it; one that is not renewed for as long as its lease may be taken over, and at once where the
process of this folder that held it has ended. Each change of a stack renews it first (`check`): who has lost it, because the
machine slept or the network was gone, changes nothing any more.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.site import Site, bootstrap_bucket, in_publishing_role
from dockyard.doors.lease import Found, Lease, Note
from dockyard.doors.lock import left_by_the_dead, signed
from dockyard.doors.whereabouts import whereabouts
from dockyard.errors import DeployError, DockyardError, PrerequisiteError, UsageError

LEASE = "DOCKYARD_LEASE"
"""Variable with the seconds after which a lock that nobody renews may be taken over."""
LEASE_SECONDS = 60.0
_SHORTEST, _LONGEST = 3, 3600
_RENEWALS = 4
"""In the time of a lease."""
_LOOK_SECONDS = 1.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """What the lock of an environment is made of."""

    object: Lease
    file: Path
    """Of this folder: it tells whether the process that held the lock lives."""
    name: str
    """Of what is locked, for people."""


def place(site: Site, *, looking: bool = False) -> Place:
    """That of the site's environment; `looking`: in the role that may read, and not write."""
    root, name = site.project.root, f"{site.project.name}/{site.environment.name}"
    bucket = bootstrap_bucket(site.aws, root)
    aws = site.reading if looking else in_publishing_role(site.aws, root)
    return Place(aws.lease(bucket, f"dockyard/locks/{name}.json"), site.lock_file, name)


class Lock:
    """It is held, until it is released or somebody has taken it over."""

    def __init__(self, object: Lease, note: Note, etag: str, *, waited: bool) -> None:
        self._object, self._note, self._etag = object, note, etag
        self.waited = waited
        """Whether somebody else held it before: what was read until then may not be so any more."""
        self._one = threading.Lock()
        self._over = threading.Event()
        threading.Thread(target=self._keep, daemon=True).start()

    def check(self) -> None:
        """Renew it. Raises DeployError where somebody else has it, ClientError or BotoCoreError where AWS does not answer."""
        with self._one:
            if self._over.is_set():
                raise DeployError("the lock is not held any more, so nothing more is changed")
            note = replace(self._note, renewed=self._note.renewed + 1)
            etag = self._object.write(note, self._etag)
            if etag is None:
                self._over.set()
                raise DeployError(_lost(self._object.read()), hint="run the same command again, which waits for that to end")
            self._note, self._etag = note, etag

    def release(self) -> None:
        """Let others have it, if it is still ours."""
        self._over.set()
        with self._one:
            self._object.remove(self._etag)

    def _keep(self) -> None:
        while not self._over.wait(self._note.lease / _RENEWALS):
            try:
                self.check()
            except (ClientError, BotoCoreError, DeployError):
                continue  # it is tried again while it can be, and told where it matters: before the next change


@contextmanager
def locked(at: Place, variables: Mapping[str, str], doing: str, wait: float | None, tell: Tell) -> Iterator[Lock]:
    """Hold the lock; where somebody else does, tell who that is, and wait.

    Raises DeployError where it takes longer than `wait` seconds; None waits as long as it takes.
    """
    since = datetime.now(UTC).isoformat(timespec="seconds")
    note = Note(uuid.uuid4().hex, whereabouts(variables), doing, since, _lease(variables))
    begun, told = time.monotonic(), ""
    while True:
        found = _read(at)
        dead = _why_dead(found, at.file) if found else ""
        holder = _told(found)
        if found is None or dead:
            with signed(at.file, note.id) as is_free:
                etag = at.object.write(note, found.etag if found else None) if is_free else None
                if etag:
                    if dead:
                        tell(f"takes over the lock of {at.name}, held by {_told(found)}: {dead}")
                    yield from _held(Lock(at.object, note, etag, waited=bool(found or told)), note, tell)
                    return
                holder = "another command" + (", which was quicker" if is_free else " in this folder, which is about to end")
        if wait is not None and time.monotonic() - begun >= wait:
            raise DeployError(f"{at.name} is locked by {holder}", hint="run this again when that has ended, or with --wait")
        if holder != told:
            tell(f"waits for the lock of {at.name}, held by {holder}")
            told = holder
        _pause()


def told(at: Callable[[], Place], *, surely: bool = False) -> str | None:
    """Who holds the lock at this moment, since when and for what, or why that is not known; None where nobody does.

    :param surely: None also where it is not known.
    """
    try:
        there = at()
        found = there.object.read()
        return f"locked by {_told(found)}" if found and not _why_dead(found, there.file) else None
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return None if surely or code == "NoSuchBucket" else f"whether it is locked is not told: {code}"
    except (BotoCoreError, DockyardError, OSError, ValueError) as error:
        return None if surely else f"whether it is locked is not known: {error}"


def _pause() -> None:
    try:
        time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt("it waited for the lock, and nothing was changed") from error


def _held(lock: Lock, note: Note, tell: Tell) -> Iterator[Lock]:
    try:
        yield lock
    finally:
        try:
            lock.release()
        except (ClientError, BotoCoreError):  # what ended the work is to be told
            tell(f"the lock could not be given back; others may take it over in {note.lease:g} s, and this folder at once")


def _read(at: Place) -> Found | None:
    try:
        return at.object.read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        raise PrerequisiteError(
            f"no bucket {at.object.bucket}, where the lock of {at.name} would be: the account is not bootstrapped for CDK",
            hint="run: cdk bootstrap",
        ) from error


def _why_dead(found: Found, file: Path) -> str:
    """Why a lock may be taken over; empty where it may not."""
    if left_by_the_dead(file, found.note.id):
        return "its process has ended"
    return f"it was not renewed for {found.age:.0f} s" if found.age > found.note.lease else ""


def _told(found: Found | None) -> str:
    if found is None:
        return "nobody"
    note = found.note
    since = f" since {datetime.fromisoformat(note.since).astimezone():%Y-%m-%d %H:%M:%S}" if note.since else ""
    return f"{note.who}{since} for {note.doing}"


def _lost(found: Found | None) -> str:
    taken = f"it was taken over by {_told(found)}" if found else "it is gone"
    return f"the lock was not renewed in time, and {taken}: nothing more is changed"


def _lease(variables: Mapping[str, str]) -> float:
    given = variables.get(LEASE) or LEASE_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise UsageError(f"{LEASE} should be a number of seconds from {_SHORTEST} to {_LONGEST}, got {given}")
    return seconds
