"""Whether what a deploy or a push left is in the account: the one question that is left where no file is another."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.looking import Look
from dockyard.deploy.operations import untouched
from dockyard.deploy.standing import Standing, StandingImages, deployed, has_images
from dockyard.deploy.variables import value_of
from dockyard.doors.aws import Aws
from dockyard.errors import DockyardError
from dockyard.threads import Threads


def still(root: Path, environment: str | None, seen: Look) -> Standing | None:
    """What a deploy left, where all is still so; None where the project is to be read, also where AWS does not answer well."""
    left = deployed(root, environment)
    if not left or not seen.is_still(left.seen) or any(value_of(name) != value for name, value in left.variables.items()):
        return None
    return left if _holds(left, partial(_is_there, left)) else None


def still_there(left: StandingImages) -> bool:
    """Whether ECR has what a push left; False as of `still`."""
    return _holds(left, partial(has_all, left.images))


def has_all(images: Sequence[Mapping[str, Any]], own: Aws) -> bool:
    """Whether ECR has these rows of a push, as they were pushed."""
    own.ecr  # noqa: B018  # one client for all threads
    return has_images(own, images)


def _is_there(left: Standing, own: Aws) -> bool:
    return as_left(own, left.account, left.region, left.stacks, left.images)


def as_left(own: Aws, account: str, region: str, stacks: Mapping[str, str], images: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nobody has changed these stacks since, and ECR has these images: tasks that are to come need them."""
    own.ecr  # noqa: B018  # one client for all threads
    with Threads(max_workers=1) as pool:
        there = pool.submit(has_images, own, images)
        return untouched(own.cloudformation, account, region, stacks) and there.result()


def _holds(left: Standing | StandingImages, asked: Callable[[Aws], bool]) -> bool:
    """Whether that is so in the account, and the credentials are of that: another one may let it read."""
    try:
        own = Aws(region=left.region)
        return own.account == left.account and asked(own.assuming(left.role))
    except (BotoCoreError, ClientError, DockyardError):
        return False
