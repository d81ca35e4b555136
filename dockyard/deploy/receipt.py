"""What a deploy did, kept for the next one: with it, a deploy of which nothing changed need not synthesize."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dockyard.config import Project

_PACKAGES = ("aws-cdk-lib", "constructs", "dockyard")
_INFRASTRUCTURE = ("app.py", "cdk.json", "cdk.context.json", "dockyard.yaml", "dockyard.lock", "stacks", "constructs")


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
    """Stack to the time of its last change."""
    addresses: dict[str, str]
    """Service to where it answers."""
    through: dict[str, str]
    """Service to its load balancer, for those that answer to a host of their own: its name must point there."""
    orphans: Sequence[str]
    """Stacks of services that the project no longer has."""
    seconds: float
    nothing_changed: bool = False

    def write(self, path: Path) -> None:
        """Keep it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


NONE = Receipt(infrastructure="", images={}, digests={}, stacks={}, addresses={}, through={}, orphans=(), seconds=0.0)
"""Where nothing was deployed yet."""


def read_receipt(path: Path) -> Receipt | None:
    """The receipt of the last deploy; None where there is none that can be read."""
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def fingerprint(project: Project, environment: str, account: str, region: str) -> str:
    """A hash of all that the stacks are made from, but for the sources of the images: files, versions, place."""
    digest = hashlib.sha256(json.dumps([environment, account, region, *_versions()]).encode())
    for path in _files(project.root):
        digest.update(f"\0{path.relative_to(project.root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _versions() -> Iterable[str]:
    for name in _PACKAGES:
        yield f"{name} {importlib.metadata.version(name)}"


def _files(root: Path) -> Iterable[Path]:
    for name in _INFRASTRUCTURE:
        path = root / name
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        elif path.is_file():
            yield path
    yield from sorted(root.glob("services/*/service.yaml"))
