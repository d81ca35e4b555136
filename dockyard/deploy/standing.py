"""What a deploy or push of a whole environment left, for one that comes while no file is another: it need not read the project.

To read the project and find its images takes a second of imports alone. Where everything that was seen then is as it was, also
what the project says is, and the account alone is to be asked whether it still is as that deploy left it.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dockyard.deploy.looking import Look
from dockyard.deploy.standing_file import DEPLOYS, PUSHES, standing_file
from dockyard.doors.files import content, put
from dockyard.doors.registry import Ecr
from dockyard.threads import each

if TYPE_CHECKING:
    from dockyard.build.mirrored import Wanted


@dataclass(frozen=True)
class Standing:
    """What a deploy left, and what is told of it."""

    seen: str
    """Digest of all that it came from."""
    where: str
    """Line that tells the environment, account and region."""
    account: str
    region: str
    role: str
    """ARN of the role that may read."""
    stacks: Mapping[str, str]
    """Stack to the time of its last change."""
    cautions: Sequence[tuple[str, str]]
    """Service, and what its user should know."""
    lines: Sequence[str]
    """What is told besides."""
    receipt: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that app.py reads (`dockyard.deploy.variables`)."""
    images: Sequence[Mapping[str, Any]] = ()
    """Those in ECR: `repository`, `tag` and `digest` of each."""

    def write(self, root: Path, environment: str | None) -> None:
        """Keep it, for the environment that the user names so. It is of use, and of no need."""
        _write(standing_file(root, DEPLOYS, environment), self)


@dataclass(frozen=True)
class StandingImages:
    """What a push left, and what is told of it."""

    seen: str
    """Digest of all that it came from."""
    rest: str
    """Digest of what is not in a folder of `services`."""
    folders: Mapping[str, str]
    """Name of each folder there to the digest of what is in it."""
    account: str
    region: str
    role: str
    """ARN of the role that may read."""
    publishing_role: str
    """ARN of the role that pushes."""
    registry: str
    """Host that serves the stand-ins; empty where there are none."""
    keeps_indexes: bool
    """Whether the engine has containerd's image store. Another asks that host for a stand-in also where it has it."""
    cautions: Sequence[tuple[str, str]]
    """Service, and what its user should know."""
    images: Sequence[Mapping[str, Any]]
    """Rows of the push, with `service`, `repository`, `tag` and `digest`."""
    builds: Mapping[str, Mapping[str, Any]] | None = None
    """Service to how its image is built (`dockyard.build.build_settings`), as far as it is; None where files that are read for
    it are among its sources, or pins are in place of what these give."""
    locked: Mapping[str, str] = field(default_factory=dict)
    """Base image to its digest (dockyard.lock)."""
    cli: Mapping[str, Any] | None = None
    """The program that builds (`dockyard.doors.buildx.Cli`); None where there was none."""
    rendered: Mapping[str, str] = field(default_factory=dict)
    """Dockerfiles that were generated (`dockyard.build.rendered`)."""

    def write(self, root: Path, environment: str | None) -> None:
        """Keep it, as `Standing.write`."""
        _write(standing_file(root, PUSHES, environment), self)


def parts(seen: Look) -> dict[str, Any]:
    """What `StandingImages` has of what was seen; no digest of what may be another soon, unseen."""
    folders = {name: one.digest() if seen.is_settled(one) else "" for name, one in seen.folders.items()}
    return {"seen": seen.digest() if seen.settled else "", "rest": seen.rest.digest(), "folders": folders}


def rows(images: Iterable["Wanted"], digests: Mapping[str, str]) -> list[dict[str, str]]:
    """What `has_images` is to ask of these; of those alone whose digest is known.

    :param digests: by service.
    """
    return [
        {"repository": image.repository, "tag": image.tag, "digest": digests[image.service]}
        for image in images
        if image.service in digests
    ]


def has_images(ecr: Ecr, images: Sequence[Mapping[str, Any]]) -> bool:
    """Whether ECR has these rows of a push, as they were pushed."""

    def has(image: Mapping[str, Any]) -> bool:
        return ecr.image_digest(image["repository"], image["tag"]) == image["digest"]

    return all(each(has, images))


def _write(file: Path | None, made: Standing | StandingImages) -> None:
    if file:
        with contextlib.suppress(OSError):
            put(file, json.dumps(asdict(made), default=str).encode())


Left = TypeVar("Left", Standing, StandingImages)


def deployed(root: Path, environment: str | None) -> Standing | None:
    """What the last deploy of this environment left, so called by the user."""
    return _left(Standing, standing_file(root, DEPLOYS, environment))


def pushed(root: Path, environment: str | None) -> StandingImages | None:
    """What the last push of it left."""
    return _left(StandingImages, standing_file(root, PUSHES, environment))


def _left(kind: type[Left], file: Path | None) -> Left | None:
    try:
        return kind(**json.loads(content(file))) if file else None
    except (ValueError, TypeError):  # there is none, or it is damaged, or another version's
        return None
