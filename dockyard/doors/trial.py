"""A container that runs on this machine for a moment, to see whether it answers."""

import contextlib
import http.client
from collections.abc import Iterator, Mapping
from typing import Any

from dockyard.doors.docker import Docker

LABEL = "dockyard.trial"
_ANSWER_SECONDS = 2.0
_NOWHERE = "127.0.0.1"
"""A name server that is not there: what the container looks up has no address, so that it reaches nobody it knows by name."""


class Trial:
    """One container."""

    def __init__(self, container: Any, port: int) -> None:
        self._container, self._port = container, port

    def exit_code(self) -> int | None:
        """None while it runs."""
        self._container.reload()
        state = self._container.attrs["State"]
        return None if state["Running"] else int(state["ExitCode"])

    def printed(self, lines: int = 3) -> list[str]:
        """Its last lines that are not empty."""
        text = self._container.logs(tail=50).decode(errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()][-lines:]

    def ask(self, path: str) -> int | None:
        """Status of what answers a GET; None where nobody does."""
        published = self._container.attrs["NetworkSettings"]["Ports"].get(f"{self._port}/tcp")
        if not published:
            return None
        connection = http.client.HTTPConnection("127.0.0.1", int(published[0]["HostPort"]), timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", path, headers={"User-Agent": "ELB-HealthChecker/2.0"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


@contextlib.contextmanager
def trial(docker: Docker, image: str, port: int, label: str, environment: Mapping[str, str], **options: Any) -> Iterator[Trial]:
    """Start a container of a local image, its port on loopback alone, and remove it afterwards.

    :param label: by which it is removed, too, where this process ends before.
    :param options: of `docker.containers.run`.
    """
    container = docker.start(
        image,
        environment=dict(environment),
        ports={f"{port}/tcp": ("127.0.0.1", None)},
        labels={LABEL: label},
        dns=[_NOWHERE],
        **options,
    )
    try:
        yield Trial(container, port)
    finally:
        docker.remove(container)
