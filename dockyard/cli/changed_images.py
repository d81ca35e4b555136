"""Images of a push that reads no project: where they are brought to, and whether that is sure (`dockyard.cli.changed`)."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.plan import Planned
from dockyard.deploy.bringing import bring
from dockyard.deploy.still import has_all
from dockyard.doors.aws import Aws
from dockyard.doors.process import end_all
from dockyard.errors import DockyardError
from dockyard.progress import Progress
from dockyard.threads import Threads

if TYPE_CHECKING:
    from dockyard.cli.changed import Begun

_UNSURE = (BotoCoreError, ClientError, DockyardError, TypeError, KeyError)
"""Told by who reads the project; the last two where the file is damaged."""


class _Place:
    """The account and the machine, by what the push before left. Raises PrerequisiteError where there are no credentials."""

    def __init__(self, begun: "Begun") -> None:
        self._left, self.publishing_role = begun.left, begun.left.publishing_role
        self.aws = Aws(region=begun.left.region)
        self.workshop = begun.workshop.with_engine()

    @property
    def reading(self) -> Aws:
        """The account in a role that may read it."""
        return self.aws.assuming(self._left.role)


def bring_changed(begun: "Begun", progress: Progress, on_sure: Callable[[], None]) -> dict[str, Planned] | None:
    """The images in ECR, by service; None where it is not sure that the account is still the same and has the others.

    Raises BuildError, also where a base is to be fetched.

    :param on_sure: called once it is.
    """
    try:
        place = _Place(begun)
    except _UNSURE:
        end_all()
        return None
    is_sure: Future[bool] = Future()
    with Threads(max_workers=1) as pool:
        bringing = pool.submit(bring, place, list(begun.recipes), progress, is_sure, begun.builds)
        sure = False
        try:
            sure = _holds(place, begun)
        finally:
            is_sure.set_result(sure)  # else the other thread would wait for ever
        if not sure:
            end_all()  # the builds, which are begun anew by who reads the project
            return None
        on_sure()
        return {one.image.service: one for one in bringing.result()}


def _holds(place: _Place, begun: "Begun") -> bool:
    """Whether the account is still that, and ECR has the others."""
    try:
        return place.aws.account == begun.left.account and has_all(begun.others, place.reading)
    except _UNSURE:
        return False
