"""Images of a push that reads no project: where they are brought to, and whether that is sure (`dockyard.cli.changed`)."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.builder import Built, Workshop
from dockyard.build.failures import MissingBaseError, PassingError
from dockyard.build.plan import Planned
from dockyard.build.recipe import Recipe
from dockyard.deploy.bringing import bring
from dockyard.deploy.standing import StandingImages
from dockyard.deploy.still import has_images
from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes, end_all
from dockyard.errors import DockyardError
from dockyard.progress import Progress
from dockyard.threads import Threads

_UNSURE = (BotoCoreError, ClientError, DockyardError, TypeError, KeyError)
"""Told by who reads the project; the last two where the file is damaged."""


class _Place:
    """The account and the machine, by what the push before left. Raises PrerequisiteError where there are no credentials."""

    def __init__(self, left: StandingImages, began: Workshop) -> None:
        self._left, self.publishing_role = left, left.publishing_role
        self.aws = Aws(region=left.region)
        self.workshop = replace(began, docker=Docker(Processes(began.environment), began.docker.cli))

    @property
    def reading(self) -> Aws:
        """The account in a role that may read it."""
        return self.aws.assuming(self._left.role)


def bring_changed(
    left: StandingImages,
    recipes: Sequence[Recipe],
    others: Sequence[Mapping[str, Any]],
    began: Workshop,
    progress: Progress,
    begun: "Mapping[str, Future[Built]]",
    on_sure: Callable[[], None],
) -> dict[str, Planned] | None:
    """These images in ECR, by service; None where it is not sure that the account is still the same and has the others, or a base
    is to be fetched. Raises BuildError.

    :param began: what the builds need that were begun.
    :param on_sure: called once it is.
    """
    if any(recipe.service not in begun for recipe in recipes):
        return None
    try:
        place = _Place(left, began)
    except _UNSURE:
        end_all()
        return None
    is_sure: Future[bool] = Future()
    with Threads(max_workers=1) as pool:
        bringing = pool.submit(bring, place, list(recipes), progress, is_sure, begun)
        sure = False
        try:
            sure = _holds(place, left, others)
        finally:
            is_sure.set_result(sure)  # else the other thread would wait for ever
        if not sure:
            end_all()  # the builds, which are begun anew by who reads the project
            return None
        on_sure()
        fault = bringing.exception()
        if fault and any(isinstance(build.exception(), MissingBaseError | PassingError) for build in begun.values()):
            return None
        return {one.image.service: one for one in bringing.result()}


def _holds(place: _Place, left: StandingImages, others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the account is still that, and ECR has these rows of the push."""
    try:
        return place.aws.account == left.account and has_images(place.reading, others)
    except _UNSURE:
        return False
