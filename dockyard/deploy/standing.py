"""What a deploy or push of a whole environment left, for one that comes while no file is another: it need not read the project.

To read the project and find its images takes a second of imports alone. Where everything that was seen then is as it was, also
what the project says is, and the account alone is to be asked whether it still is as that deploy left it.
"""

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from dockyard import __version__
from dockyard.defaults import FOLDER
from dockyard.deploy.operations import untouched
from dockyard.deploy.versions import own_folders, packages
from dockyard.doors.aws import Aws
from dockyard.doors.files import content, put
from dockyard.doors.tree import RACY_NS, Seen, folders_in, is_python_environment
from dockyard.errors import DockyardError
from dockyard.threads import Threads

_AT_ONCE = 8
_SERVICES = "services"
_MADE = ("node_modules", "cdk.out")
_OURS = ("AWS_", "CDK_", "DOCKYARD_", "BUILDX_")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Others may come to the same account, which is looked at."""
_FILES = ("DOCKYARD_STAND_INS", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""Variables that name a file which counts."""
_OF_USER = ("~/.aws/config", "~/.aws/credentials")
_FOLLOWED = ("stacks", "constructs")
"""Folders that a fingerprint follows also where they are links."""
_MOST = 20_000
"""Files; to look at more takes longer than what is saved."""


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

    def write(self, root: Path, environment: str | None) -> None:
        """Keep it, for the environment that the user names so. It is of use, and of no need."""
        _write(_file(root, "deploys", environment), self)


@dataclass(frozen=True)
class StandingImages:
    """What a push left, and what is told of it."""

    seen: str
    """Digest of all that it came from."""
    account: str
    region: str
    role: str
    """ARN of the role that may read."""
    cautions: Sequence[tuple[str, str]]
    """Service, and what its user should know."""
    images: Sequence[Mapping[str, Any]]
    """Rows of the push, with `repository`, `tag` and `digest`."""

    def write(self, root: Path, environment: str | None) -> None:
        """Keep it, as `Standing.write`."""
        _write(_file(root, "pushes", environment), self)


def _write(file: Path | None, made: Standing | StandingImages) -> None:
    if file:
        with contextlib.suppress(OSError):
            put(file, json.dumps(asdict(made), default=str).encode())


Left = TypeVar("Left", Standing, StandingImages)


def look(root: Path) -> Seen | None:
    """What there is of the project, and of what reads it; None where a file was changed a moment ago, and could be again.

    It is of no use where an image is built from files outside of `services`, or variables are read from elsewhere.
    """
    seen, now = Seen(_MOST), time.time_ns()
    try:
        _look(root, seen)
    except OSError:  # too many files, a service that is elsewhere, or a folder that went meanwhile, or may not be read
        return None
    return seen if seen.newest < now - RACY_NS else None


def _look(root: Path, seen: Seen) -> None:
    seen.text(json.dumps([__version__, sys.version, sys.path, packages(), *map(str, own_folders())]))
    told = {name: value for name, value in os.environ.items() if name.startswith(_OURS) and name not in _CREDENTIALS}
    seen.text(json.dumps(told, sort_keys=True))
    for file in (*(told.get(name, "") for name in _FILES), *map(os.path.expanduser, _OF_USER)):
        seen.file(file)
    there = folders_in(root)
    seen.folder(root, frozenset({_SERVICES, *(name for name in there if _is_made(root, name))}))
    for name in _FOLLOWED:
        seen.led_to(root / name)
    if _SERVICES in there:
        seen.folder(root / _SERVICES, caches=True, links=False)
    for _, package in own_folders():
        seen.folder(package)


def _is_made(root: Path, name: str) -> bool:
    """Whether what is in this folder of the project is made by programs, and makes nothing of a deploy."""
    return name.startswith(".") or name in _MADE or is_python_environment(root / name)


def still(root: Path, environment: str | None, seen: Seen) -> Standing | None:
    """What a deploy left, where all is still so; None where the project is to be read, also where AWS does not answer well."""
    found = _left(Standing, _file(root, "deploys", environment), seen)
    return found if found and _holds(found, _has_stacks) else None


def still_there(root: Path, environment: str | None, seen: Seen) -> StandingImages | None:
    """What a push left, where ECR still has it; else None, as of `still`."""
    found = _left(StandingImages, _file(root, "pushes", environment), seen)
    return found if found and _holds(found, _has_images) else None


def _left(kind: type[Left], file: Path | None, seen: Seen) -> Left | None:
    try:
        found = kind(**json.loads(content(file))) if file else None
    except (ValueError, TypeError):  # there is none, or it is damaged, or another version's
        return None
    return found if found and found.seen == seen.digest() else None


def _holds(left: Left, asked: Callable[[Left, Aws], bool]) -> bool:
    """Whether what was left is in the account, and the credentials are of that: another one may let it read."""
    try:
        own = Aws(region=left.region)
        return own.account == left.account and asked(left, own.assuming(left.role))
    except (BotoCoreError, ClientError, DockyardError):
        return False


def _has_stacks(left: Standing, own: Aws) -> bool:
    return untouched(own.cloudformation, left.account, left.region, left.stacks)


def _has_images(left: StandingImages, own: Aws) -> bool:
    def has(image: Mapping[str, Any]) -> bool:
        return own.image_digest(image["repository"], image["tag"]) == image["digest"]

    own.ecr  # noqa: B018  # one client for all threads
    with Threads(_AT_ONCE) as pool:
        return all(pool.map(has, left.images))


def sees(root: Path, file: Path) -> bool:
    """Whether `look` sees this file of the project."""
    try:
        first, *rest = file.resolve().relative_to(root.resolve()).parts
    except ValueError:  # elsewhere, or the folder itself
        return False
    return not rest or not _is_made(root, first)


def holds(root: Path, context: Path) -> bool:
    """Whether `look` sees all of the folder that an image is built from."""
    return context.resolve().is_relative_to((root / _SERVICES).resolve())


def _file(root: Path, what: str, environment: str | None) -> Path | None:
    """Where it is kept; None for what can be no environment's name."""
    name = "" if environment is None else environment
    return root / FOLDER / "standing" / what / f"{name}.json" if re.fullmatch(r"[A-Za-z0-9-]*", name) else None
