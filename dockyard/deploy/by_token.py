"""What a push left, asked of the registry by a token that was kept: AWS's API takes longer to import than an image to build."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dockyard.deploy.standing import StandingImages, has_images
from dockyard.doors.kept_token import forget, kept
from dockyard.errors import DockyardError

if TYPE_CHECKING:
    from dockyard.doors.ecr_by_token import EcrByToken


def by_token(left: StandingImages) -> "EcrByToken | None":
    """The registry of that push; None where no token of the role that pushes is kept."""
    token = kept(left.account, left.region, left.publishing_role)
    if token is None:
        return None
    from dockyard.build.builder import ca_bundle  # noqa: PLC0415  # they take time to import
    from dockyard.doors.ecr_by_token import EcrByToken  # noqa: PLC0415

    own = os.environ.get("AWS_CA_BUNDLE")  # as botocore has it
    return EcrByToken(left.account, left.region, token, Path(own) if own else ca_bundle(os.environ))


def refused(left: StandingImages, fault: DockyardError) -> None:
    """Keep the token no longer where that is what the registry did not take."""
    if getattr(fault, "status", None) in (401, 403):
        forget(left.account, left.region, left.publishing_role)


def still_there(left: StandingImages, ecr: "EcrByToken") -> bool:
    """Whether it has what that push left; False where it does not answer well."""
    try:
        return has_images(ecr, left.images)
    except DockyardError as error:
        refused(left, error)
    except (TypeError, KeyError):  # the file is damaged
        pass
    return False
