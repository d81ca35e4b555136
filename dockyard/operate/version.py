"""Which version an image is: its tag, and the commit that it says of itself.

A label of the image tells the commit wherever it was built, by a laptop or a pipeline; a receipt tells it of neither, and is only
where the deploy was.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build import Wanted
from dockyard.build.manifests import read
from dockyard.config import SEPARATOR, Reference
from dockyard.config.sidecar import APP
from dockyard.doors.aws import Aws
from dockyard.doors.distribution import Repository
from dockyard.doors.registry_auth import Credentials
from dockyard.errors import BuildError

_LABEL = "org.opencontainers.image"


COMMIT_LENGTH = 7


def short_commit(commit: str) -> str:
    """Short, with a + where not all was committed."""
    name, _, dirty = commit.partition("-")
    return name[:COMMIT_LENGTH] + ("+" if dirty else "")


@dataclass(frozen=True)
class Version:
    """What runs."""

    image: str
    tag: str
    """The digest where it has no tag."""
    commit: str | None = None
    """As git names it, with `-dirty` where not all was committed; None where the image does not say."""


class Versions:
    """Looks at images of the account's registry, each once; ECR records that as a pull."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.of = functools.cache(self._of)

    def _of(self, image: str) -> Version:
        """The version of an image, as a task definition names it."""
        try:
            named = Reference.parse(image)
        except ValueError:
            return Version(image, image)
        return Version(image, named.tag or named.version, self._commit(named))

    def _commit(self, named: Reference) -> str | None:
        """That of an image that was built here: one that was copied tells a commit of somebody else's sources."""
        if named.ecr is None:
            return None
        try:
            labels = self._labels(named)
        except (BuildError, ValueError, KeyError, ClientError, BotoCoreError):
            return None  # a status is worth more than the commit in it
        return labels.get(f"{_LABEL}.revision") if labels.get(f"{_LABEL}.version") == named.tag else None

    @functools.cached_property
    def _registry(self) -> tuple[str, Credentials]:
        registry = self._aws.registry()
        return registry.host, Credentials(registry.username, registry.password)

    def _labels(self, named: Reference) -> Mapping[str, Any]:
        host, credentials = self._registry
        with Repository(host, named.repository, credentials) as repository:
            found = read(repository.manifest(named.version).content)
            if found.is_index:
                found = read(repository.manifest(found.images[0]).content)
            entry = found.content["config"]
            with repository.blob(entry["digest"], int(entry["size"])) as blob:
                config = json.loads(b"".join(blob))
        return (config.get("config") or {}).get("Labels") or {}


def tags_in(service: str, by_container: Mapping[str, str], images: Mapping[str, Wanted]) -> dict[str, str]:
    """Service or sidecar to its tag, of those containers whose image is one of ours.

    :param by_container: container to image, as a task definition names them.
    :param images: those that ECR is to have, by service or sidecar.
    """
    found = {}
    for container, image in by_container.items():
        name, reference = service if container == APP else f"{service}{SEPARATOR}{container}", Reference.parse(image)
        if name in images and reference.repository == images[name].repository and reference.tag:
            found[name] = reference.tag
    return found
