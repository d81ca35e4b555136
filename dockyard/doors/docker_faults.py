"""What can go wrong between us, the engine and a registry, and what it means to the user."""

import contextlib
from collections.abc import Iterator, Sequence

import docker.errors
import requests.exceptions
import urllib3.exceptions

from dockyard.errors import BuildError, DockyardError

SILENT = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
"""Raised where the engine says nothing for too long."""
LOST = (requests.exceptions.ConnectionError, requests.exceptions.Timeout, urllib3.exceptions.HTTPError)
"""Raised where the engine is not there any more, or ends in the middle of an answer."""

ANY = (docker.errors.DockerException, *LOST)
"""All that docker-py raises."""

ENGINE_GONE = "the Docker engine does not answer any more"
START_ENGINE = (
    "start it again (sudo systemctl start docker; or: dockyard local up), then run the same command: it takes up where this ended"
)
MAKE_ROOM = "see what takes the room: docker system df; remove what no build needs: docker builder prune"
_DISK_FULL = "no space left on device"


class PushError(BuildError):
    """A push that failed, in the words of the registry or the engine.

    :param layers: ids of the layers that were on their way.
    :param stalled: nothing was heard of it any more; the engine may hold it still.
    """

    def __init__(self, said: str, layers: Sequence[str] = (), *, stalled: bool = False) -> None:
        which = f" (layer {', '.join(layers)})" if layers else ""
        super().__init__(f"{said}{which}", hint=disk_hint(said))
        self.stalled = stalled


def disk_hint(text: str) -> str | None:
    """The commands that make room, where the engine's disk is full by this text."""
    return MAKE_ROOM if _DISK_FULL in text.lower() else None


def explained(error: Exception) -> DockyardError | None:
    """What an error of docker-py means to the user; None where it is not one of those."""
    if isinstance(error, docker.errors.APIError):
        said = str(error.explanation or error)
        return BuildError(f"the Docker engine refuses: {said}", hint=disk_hint(said))
    if isinstance(error, ANY):
        return BuildError(ENGINE_GONE, hint=START_ENGINE)
    return None


@contextlib.contextmanager
def explaining() -> Iterator[None]:
    """Raise what is meant in place of an error of docker-py."""
    try:
        yield
    except ANY as error:
        raise explained(error) or error from error
