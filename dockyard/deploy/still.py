"""Whether what a deploy or a push left is in the account: the one question that is left where no file is another."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.looking import Look
from dockyard.deploy.operations import untouched
from dockyard.deploy.standing import Standing, StandingImages, deployed
from dockyard.doors.aws import Aws
from dockyard.errors import DockyardError
from dockyard.threads import Threads

_AT_ONCE = 8


def still(root: Path, environment: str | None, seen: Look) -> Standing | None:
    """What a deploy left, where all is still so; None where the project is to be read, also where AWS does not answer well."""
    left = deployed(root, environment)
    return left if left and left.comes_of(seen) and _has_stacks(left) else None


def still_there(left: StandingImages) -> bool:
    """Whether ECR has what a push left; False as of `still`."""
    try:
        own = _own(left)
        return bool(own and has_images(own, left.images))
    except (BotoCoreError, ClientError, DockyardError):
        return False


def has_images(own: Aws, images: Sequence[Mapping[str, Any]]) -> bool:
    """Whether ECR has these rows of a push, as they were pushed."""

    def has(image: Mapping[str, Any]) -> bool:
        return own.image_digest(image["repository"], image["tag"]) == image["digest"]

    own.ecr  # noqa: B018  # one client for all threads
    with Threads(_AT_ONCE) as pool:
        return all(pool.map(has, images))


def _has_stacks(left: Standing) -> bool:
    try:
        own = _own(left)
        return bool(own and untouched(own.cloudformation, left.account, left.region, left.stacks))
    except (BotoCoreError, ClientError, DockyardError):
        return False


def _own(left: Standing | StandingImages) -> Aws | None:
    """The account in the role that may read it; None where the credentials are of another: that may let it read."""
    own = Aws(region=left.region)
    return own.assuming(left.role) if own.account == left.account else None
