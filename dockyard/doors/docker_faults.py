"""What can go wrong between us, the engine and a registry, and what it means to the user."""

import contextlib
from collections.abc import Iterator

import docker.errors
import requests.exceptions
import urllib3.exceptions

from dockyard.doors.engine_faults import ENGINE_GONE, START_ENGINE, disk_hint
from dockyard.errors import BuildError, DockyardError

SILENT = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
"""Raised where the engine says nothing for too long."""
LOST = (requests.exceptions.ConnectionError, requests.exceptions.Timeout, urllib3.exceptions.HTTPError)
"""Raised where the engine is not there any more, or ends in the middle of an answer."""

ANY = (docker.errors.DockerException, *LOST)
"""All that docker-py raises."""


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
