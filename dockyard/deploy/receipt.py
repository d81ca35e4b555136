"""What a deploy did, kept for the next one: with it, a deploy of which nothing changed need not synthesize.

The last ten are kept, a line each, in a file beside it: what they name is not removed from ECR.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from dockyard.doors.files import content, ending, put
from dockyard.errors import DeployError

KEPT = 10
HISTORY = ".history.jsonl"


@dataclass(frozen=True)
class Made:
    """By whom, when and from what a deploy was made."""

    at: datetime
    """When it began."""
    by: str
    """ARN of the credentials."""
    actor: str
    """Who it was: the pipeline's actor, else whom the credentials name."""
    run: str = ""
    """Address or id of the pipeline's run; empty without one."""
    commit: str = ""
    """Of the project's folder, with `-dirty` where not all was committed; empty where git knows none."""


@dataclass(frozen=True)
class Receipt:
    """One deploy of one environment."""

    infrastructure: str
    """Fingerprint of what makes the stacks, but for the images."""
    images: dict[str, str]
    """Service to tag."""
    digests: dict[str, str]
    """Service to digest in ECR."""
    stacks: dict[str, str]
    """Stack to the time of its last change; empty for one that may be of other infrastructure, as only others were deployed."""
    addresses: dict[str, str]
    """Service to where it answers."""
    through: dict[str, str]
    """Service to its load balancer, for those that answer to a host of their own: its name must point there."""
    orphans: Sequence[str]
    """Stacks of services that the project no longer has."""
    seconds: float
    pushed: dict[str, dict[str, int | None]] = field(default_factory=dict)
    """Service to the size of its image in bytes, and the layers that were pushed and reused, where this deploy pushed it.

    The size is unpacked; where no layers are told, as its builder pushed it, it is compressed (`Planned.size`).
    """
    promoted: dict[str, dict[str, str]] = field(default_factory=dict)
    """Service to where its image was copied from: environment, account, region, digest and, where it says so, commit."""
    made: Made | None = None
    """By whom, when and from what."""
    steps: dict[str, float] = field(default_factory=dict)
    """Seconds of each step that had something to do: `synth`, a service's image, a stack."""
    nothing_changed: bool = False
    checked: bool = True
    """Whether aws-cdk-lib's validator has looked at what this infrastructure gives."""

    def write(self, path: Path) -> None:
        """Keep it, as the last and as one of the last ten."""
        history = path.with_suffix(HISTORY)
        kept = [*content(history).splitlines()[1 - KEPT :], json.dumps(asdict(self), default=str).encode()]
        put(history, b"\n".join(kept) + b"\n")
        self._put(path)

    def _put(self, path: Path) -> None:
        put(path, json.dumps(asdict(self), indent=2, default=str).encode() + b"\n")


NONE = Receipt(infrastructure="", images={}, digests={}, stacks={}, addresses={}, through={}, orphans=(), seconds=0.0)
"""Where nothing was deployed yet."""


def read_receipt(path: Path) -> Receipt | None:
    """The receipt of the last deploy; None where there is none, or it is damaged."""
    try:
        return TypeAdapter(Receipt).validate_json(content(path))
    except ValueError:  # pydantic's error is one
        return None


def infrastructures(path: Path) -> set[str]:
    """Fingerprints of those of the last ten deploys of this environment whose templates have been checked."""
    found = set()
    for line in content(path.with_suffix(HISTORY)).splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):  # damaged
            receipt = json.loads(line)
            made = str(receipt["infrastructure"])
            found |= {made} if receipt.get("checked", True) else set()
    return found


def note_orphans(path: Path, orphans: Sequence[str]) -> None:
    """Let the last receipt name these as orphans, as others were deleted after the deploy."""
    if last := read_receipt(path):
        replace(last, orphans=orphans)._put(path)


@dataclass(frozen=True)
class Images:
    """What a receipt tells of images, that of another version of Dockyard as well."""

    images: dict[str, str]
    digests: dict[str, str]


def last_receipts(folder: Path) -> list[Images]:
    """The last ten of each environment and account that was deployed from here. Raises DeployError where one cannot be read."""
    found = []
    for path in ending(folder, HISTORY):
        try:
            found += [TypeAdapter(Images).validate_json(line) for line in content(path).splitlines() or [b""]]
        except ValueError as error:
            raise DeployError(
                f"{path}: damaged: it should have a receipt a line",
                hint="remove it; what its receipts name is then not known",
            ) from error
    return found
