"""What was deployed, and by whom, kept in the bootstrap's bucket: so it is known to whoever looks, from wherever."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from dockyard.build.of_project import contexts
from dockyard.deploy.actor import actor
from dockyard.deploy.receipt import Made
from dockyard.deploy.site import Site, bootstrap_bucket, in_publishing_role
from dockyard.deploy.stack import NOT_DEPLOYED
from dockyard.deploy.via_cdk import STEP as VIA_CDK
from dockyard.progress import Measured, Progress

CLOCKS = timedelta(seconds=30)
"""That the clock of who deploys may be off."""
KEPT = 100
"""Deploys of an environment; ECS keeps its deployments for 90 days."""


@dataclass(frozen=True)
class Entry:
    """One deploy that was begun, whatever became of it."""

    made: Made
    seconds: float
    images: dict[str, str]
    """Service or sidecar to the tag that it was to have."""
    steps: dict[str, float] = field(default_factory=dict)
    """Seconds of each step that ended and had something to do."""
    promoted: dict[str, dict[str, str]] = field(default_factory=dict)
    """As in a receipt."""
    fault: str = ""
    """Why it failed, in a line; empty where it did not."""
    number: int = 0
    """By which `dockyard history` and `rollback` name it, counted up in each environment; 0 where nobody counted."""
    faults: dict[str, str] = field(default_factory=dict)
    """Stack to why it was not deployed, in a line."""
    back: tuple[str, ...] = ()
    """Services that a rollback took back."""

    def changed(self, stack: str) -> bool:
        """Whether it changed the stack, or may have; not where it found it as it should be."""
        return stack in self.steps or VIA_CDK in self.steps

    def off(self, moment: datetime) -> timedelta:
        """How far the moment is from its time; nothing within it."""
        return max(self.made.at - moment, moment - self.made.at - timedelta(seconds=self.seconds), timedelta())

    def spans(self, moment: datetime) -> bool:
        """Whether the moment is within its time, or nearly."""
        return self.off(moment) <= CLOCKS


_ENTRY = TypeAdapter(Entry)


class Ledger:
    """The entry of one deploy, written at its end: `with Ledger(…) as ledger`. An interrupt writes none.

    :param begun: when, by `time.monotonic`.
    :param images: service or sidecar to the tag that it is to have.
    :param promoted: as in a receipt.
    :param back: services that are rolled back.
    """

    def __init__(
        self,
        site: Site,
        progress: Progress,
        begun: float,
        images: Mapping[str, str],
        promoted: Mapping[str, Mapping[str, str]],
        back: Iterable[str] = (),
    ) -> None:
        self._site, self._begun = site, begun
        self._images, self._promoted = dict(images), {name: dict(origin) for name, origin in promoted.items()}
        self._back = tuple(back)
        self.progress = Measured(progress)
        self.made = made(site)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None or isinstance(error, Exception):
            if error:
                self.progress.end()
            told = str(error).splitlines() if error else []
            fault, faults = next(iter(told), ""), _by_stack(told, f"{self._site.project.name}-{self._site.environment.name}-")
            steps = self.progress.seconds
            seconds = round(self.seconds, 1)
            self._write(Entry(self.made, seconds, self._images, steps, self._promoted, fault, faults=faults, back=self._back))

    @property
    def seconds(self) -> float:
        """Since it was begun."""
        return time.monotonic() - self._begun

    def _write(self, entry: Entry) -> None:
        """Where that is refused, the deploy is still what it was; it is told of a good one."""
        bucket, key = _place(self._site)
        try:
            aws = in_publishing_role(self._site.aws, self._site.project.root)
            before = aws.kept(bucket, key)
            counted = replace(entry, number=1 + max((one.number for one in _read(before)), default=0))
            lines = [*before.splitlines()[1 - KEPT :], _ENTRY.dump_json(counted)]
            aws.keep(bucket, key, b"\n".join(lines) + b"\n")
        except (ClientError, BotoCoreError) as error:
            if not entry.fault:
                self.progress.note("history", f"it does not tell who made this deploy, as {bucket} cannot be written: {error}")


def _by_stack(lines: Sequence[str], prefix: str) -> dict[str, str]:
    """The stack and why, of lines such as `shop-dev-web: why`; of one with no reason of its own the first one below it."""
    found = {}
    for line, below in reversed(list(pairwise([*lines, ""]))):
        stack, _, why = line.partition(": ")
        if line.startswith(prefix) and why and " " not in stack:
            reason = below.strip() if why.startswith(NOT_DEPLOYED) and below.startswith("  ") else ""
            found[stack] = reason or why
    return found


def fault_of(found: Sequence[Entry], stack: str, moment: datetime) -> str:
    """Why the newest of the deploys, in whose time this is, did not deploy the stack; empty where none tells."""
    return next((one.faults[stack] for one in reversed(found) if stack in one.faults and one.spans(moment)), "")


def made(site: Site) -> Made:
    """Who deploys from here now, and from what."""
    git, variables = site.workshop.git, site.workshop.environment
    revision = git.revision(site.project.root, contexts(site.project, site.environment)) if git else None
    who, run = actor(variables, site.aws.caller)
    at = datetime.now(UTC).replace(microsecond=0)
    return Made(at, site.aws.caller, who, run, revision.commit if revision else "")


def entries(site: Site) -> list[Entry]:
    """The deploys of the environment, the newest last; none where they may not be read."""
    try:
        content = site.reading.kept(*_place(site))
    except (ClientError, BotoCoreError):
        return []  # a history is worth more than who made it
    return list(_read(content))


def _read(content: bytes) -> Iterator[Entry]:
    for line in content.splitlines():
        try:
            yield _ENTRY.validate_json(line)
        except ValueError:
            continue  # of another version, or damaged


def _place(site: Site) -> tuple[str, str]:
    """A preview has its own, as it has a lock of its own."""
    name = f"{site.project.name}-{site.environment.name}"
    return bootstrap_bucket(site.aws, site.project.root), f"dockyard/deploys/{name}.jsonl"
