"""A push that reads nothing of the project, as what the one before left says all (`dockyard.deploy.standing`)."""

from pathlib import Path
from typing import TYPE_CHECKING

from dockyard.cli import screen
from dockyard.cli.as_left import tell_as_pushed
from dockyard.deploy.looking import Look
from dockyard.deploy.standing import StandingImages, pushed

if TYPE_CHECKING:
    from dockyard.doors.waiting import Waiting

tried: list[Look | None] = []
"""What was seen where that was tried before the parser of commands was imported (`dockyard.cli.start`), and was of no use."""


def push_early(
    root: Path,
    environment: str | None,
    seen: Look,
    jobs: int,
    *,
    json: bool,
    may_build: bool = True,
    waiting: "Waiting | None" = None,
) -> bool:
    """Push what changed, and tell of all; False where the project is to be read. Raises BuildError.

    :param environment: as the user named it.
    :param waiting: a buildx for the first build.
    :param may_build: whether images may be built here as they are by default.
    """
    before = pushed(root, environment)
    if before is None:
        return False
    if seen.is_still(before.seen):
        if not _still_there(before):
            return False
        tell_as_pushed(before, json=json)
        return True
    if not may_build:
        return False
    from dockyard.cli.changed import push_changed  # noqa: PLC0415  # it takes time to import, as all that follows

    rows = push_changed(root, environment, before, seen, jobs, waiting, json=json)
    if rows:
        screen.as_json(rows) if json else screen.table(rows)
    return bool(rows)


def _still_there(before: StandingImages) -> bool:
    """Whether ECR has what that push left. To ask AWS takes time to import, and to ask the registry with a token half of it."""
    from dockyard.deploy import by_token  # noqa: PLC0415

    if ecr := by_token.by_token(before):
        return by_token.still_there(before, ecr)
    from dockyard.deploy.still import still_there  # noqa: PLC0415

    return still_there(before)
