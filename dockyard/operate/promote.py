"""Which images one environment takes over from another, and what keeps them there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dockyard.build import Pinned, Wanted
from dockyard.build.promoted import Promoted
from dockyard.config import service_of
from dockyard.deploy.site import Site
from dockyard.doors.services import ecs_service
from dockyard.errors import DockyardError
from dockyard.operate.deployed import Deployed, deployed
from dockyard.operate.look import primary
from dockyard.operate.status import State, Status
from dockyard.operate.version import Version, Versions, short_commit, tags_in

_UNFIT = (State.DEPLOYING, State.ROLLING_BACK, State.FAILED, State.TOO_FEW_TASKS, State.KEEPS_ENDING, State.UNKNOWN)


@dataclass(frozen=True)
class Promotion:
    """One service's or sidecar's image, as it is in both environments."""

    image: Promoted
    now: str | None
    """The tag that runs in the target; None where nothing does."""
    of_sources: str
    """The tag that the sources give here."""
    to_be: str
    """The tag that a deploy from here would give the target, by dockyard.lock."""
    is_rolled_back: bool = False
    """Whether that is one that the target was rolled back to."""

    @property
    def service(self) -> str:
        """Whose it is."""
        return self.image.service

    @property
    def fits(self) -> bool:
        """Whether a deploy from here gives the target just this image."""
        return self.image.tag == self.to_be

    @property
    def stays(self) -> bool:
        """Whether the target was rolled back from just this image, and so keeps another."""
        return self.is_rolled_back and self.image.tag == self.of_sources

    @property
    def differs(self) -> bool:
        """Whether the sources here are of another version, and a pin must keep this one."""
        return self.image.tag not in (self.to_be, self.of_sources)


def images_of(site: Site, found: Deployed) -> dict[str, str]:
    """Container to image of what a service, a job or a task runs now; nothing where its stack has none of these."""
    if found.service:
        definition = primary(ecs_service(site.reading, *found.service))
    elif found.family:
        definition = found.family[1]
    else:
        return {}
    told: Any = site.reading.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    return {one["name"]: one["image"] for one in told["containerDefinitions"]}


def check_fit(statuses: Sequence[Status], environment: str) -> None:
    """Raise DockyardError where a service that has tasks does not run well: what would be promoted is not sure, or bad."""
    unfit = [one for one in statuses if one.tasks and one.state in _UNFIT]
    if unfit:
        told = "\n".join(f"{one.service} in {environment}: {one.state}{f': {one.reason}' if one.reason else ''}" for one in unfit)
        raise DockyardError(told, hint=f"promote what runs well: dockyard status {unfit[0].service} --env {environment}")


class Promoter:
    """Looks at two environments.

    :param images: what the target is to have by the files here (`Session.images`).
    """

    def __init__(self, source: Site, target: Site, images: Sequence[Wanted]) -> None:
        self._source, self._target = source, target
        self._images = {image.service: image for image in images}

    def look(self, service: str, found: Deployed) -> list[Promotion]:
        """The images of a service that the source runs. Raises DockyardError where it runs not all that are to be had."""
        wanted = {name: image for name, image in self._images.items() if service_of(name) == service}
        named = images_of(self._source, found)
        tags = tags_in(service, named, self._images)
        where = self._source.environment.name
        if lacking := wanted.keys() - tags.keys():
            raise DockyardError(
                f"{', '.join(sorted(lacking))}: {where} runs no image of it from its own repository",
                hint=f"deploy it there as it is here first: dockyard deploy {service} --env {where}",
            )
        there = deployed(self._target, service)
        now = tags_in(service, images_of(self._target, there), self._images) if there else {}
        versions = {version.tag: version for version in map(Versions(self._source.reading).of, named.values())}
        return [self._one(wanted[name], versions[tag], now.get(name)) for name, tag in tags.items()]

    def _one(self, image: Wanted, version: Version, now: str | None) -> Promotion:
        reading, where, tag = self._source.reading, self._source.environment.name, version.tag
        digest = reading.image_digest(image.repository, tag)
        if digest is None:
            raise DockyardError(f"{where} runs {image.repository}:{tag}, which ECR has no more there")
        found = Promoted(image.service, image.repository, tag, digest, image.is_index, where, reading, version.commit)
        one = _promotion(found, now, image)
        here = self._target.reading.image_digest(image.repository, tag)
        if here and not one.stays:
            found.check(here)
        return one


def _promotion(found: Promoted, now: str | None, here: Wanted) -> Promotion:
    if isinstance(here, Pinned):
        return Promotion(found, now, here.of_sources, here.tag, is_rolled_back=here.promoted_from is None)
    return Promotion(found, now, here.tag, here.tag)


def check_any(promotions: Sequence[Promotion], services: Sequence[str], environment: str) -> None:
    """Raise DockyardError where none of these services has an image to promote.

    :param environment: the target.
    """
    if not promotions:
        names = " ".join(services)
        raise DockyardError(
            f"{names}: ECS takes its image from where service.yaml says, so there is nothing to promote",
            hint=f"run: dockyard deploy {names} --env {environment}",
        )


def check_sources(promotions: Sequence[Promotion], environment: str) -> None:
    """Raise DockyardError where the sources here give others than these: their settings may not be meant for them.

    :param environment: the target.
    """
    differing = [one for one in promotions if one.differs]
    if differing:
        origin = differing[0].image.environment
        names = " ".join(dict.fromkeys(service_of(one.service) for one in differing))
        raise DockyardError(
            "\n".join(map(_told, differing)),
            hint=f"check out the commit that {origin} runs; or, with the settings that are here and a pin in dockyard.lock: "
            f"dockyard promote {names} --from {origin} --to {environment} --pin",
        )


def _told(one: Promotion) -> str:
    commit = f" (commit {short_commit(one.image.commit)})" if one.image.commit else ""
    return f"{one.service}: {one.image.environment} runs {one.image.tag}{commit}, and the files here give {one.to_be}"
