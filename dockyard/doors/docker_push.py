"""What docker-py tells of a push."""

import contextlib
from collections.abc import Callable, Mapping

import docker

from dockyard.doors.docker_faults import SILENT, explaining
from dockyard.doors.engine_faults import SilentError
from dockyard.doors.pushes import Events


def events(
    connect: Callable[[int], docker.DockerClient], repository: str, tag: str, auth: Mapping[str, str], silence: int
) -> Events:
    """For `Pushes`. Raises BuildError where the engine is gone.

    :param connect: makes a client that waits so many seconds for a word.
    """
    with explaining(), contextlib.closing(connect(silence)) as client:
        try:
            yield from client.api.push(repository, tag=tag, auth_config=dict(auth), stream=True, decode=True)
        except SILENT as error:
            raise SilentError from error
