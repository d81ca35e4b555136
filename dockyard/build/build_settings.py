"""What the project says of how an image is built; all else that counts for it is in its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dockyard.build.variables import PLATFORM


@dataclass(frozen=True)
class BuildSecret:
    """Where the value of a build secret is, on the machine that builds: one of both."""

    env: str | None = None
    """A variable of the environment."""
    file: str | None = None
    """Path of a file."""


@dataclass(frozen=True)
class BuildSettings:
    """Of one image: a service's, or a sidecar's."""

    service: str
    """Name of the image, as the project has it."""
    repository: str
    context: Path
    """Folder with the source."""
    hashes: Path
    """File in which the hashes of its files are kept."""
    base_prefix: str = ""
    """Before the names of base images, where the Dockerfile is generated."""
    dockerfile: str | None = None
    """The own Dockerfile that is named; None where it is one only if it is there."""
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = (PLATFORM,)
    secrets: Mapping[str, BuildSecret] = field(default_factory=dict)
    """By id."""
    ssh: bool = False
    attestations: tuple[str, ...] = ()
    """As arguments of buildx."""
    language: str | None = None
    version: str | None = None
    start: str | None = None
    port: int | None = None
    """Where the app is to listen; None where its kind has no port."""
    asked_port: int | None = None
    """Where a load balancer or other services ask it; None where nobody does, or only at ports of its own."""
    route: str | None = None
    """Path that a load balancer sends to it, and leaves as it is."""
    refresh: str | None = None
    """When system packages were last to be had anew (dockyard.lock)."""

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "BuildSettings":
        """What was written as JSON. Raises TypeError and the like where it is damaged."""
        found = cls(**written)
        return replace(
            found,
            context=Path(found.context),
            hashes=Path(found.hashes),
            platforms=tuple(found.platforms),
            attestations=tuple(found.attestations),
            secrets={id: BuildSecret(**secret) for id, secret in written["secrets"].items()},
        )
