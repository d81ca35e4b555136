"""The engine by its socket, with what a push needs of it alone: docker-py takes longer to import than an image to build.

https://docs.docker.com/reference/api/engine/version/v1.41/
"""

import base64
import contextlib
import functools
import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

from dockyard.doors.buildkit import BuildKit, LocalImage
from dockyard.doors.engine_faults import ENGINE_GONE, SILENCE, START_ENGINE, SilentError, disk_hint
from dockyard.doors.pushes import Events, Pushes
from dockyard.errors import BuildError

if TYPE_CHECKING:
    from dockyard.doors.buildx import Cli
    from dockyard.doors.docker import Docker
    from dockyard.doors.process import Processes

_SCHEME = "unix://"
_DEFAULT = "unix:///var/run/docker.sock"
_SAFE = "/:@"
_SECONDS = 60
"""To wait for an answer, as docker-py does."""


def engine_for_push(processes: "Processes", cli: "Cli | None") -> "Docker":
    """The engine, for what `EngineSocket` has; all of it where it is not reached by a socket."""
    address = processes.environment.get("DOCKER_HOST") or _DEFAULT
    if address.startswith(_SCHEME):
        return cast("Docker", EngineSocket(address.removeprefix(_SCHEME), processes, cli))
    from dockyard.doors.docker import Docker  # noqa: PLC0415  # as is said above

    return Docker(processes, cli)


class EngineSocket(BuildKit):
    """What a push needs of `dockyard.doors.docker.Docker`. Methods raise BuildError where the engine refuses, or is gone."""

    def __init__(self, path: str, processes: "Processes", cli: "Cli | None" = None) -> None:
        super().__init__(processes, cli)
        self._path = path
        self._pushes = Pushes(functools.partial(_events, path))

    def image(self, name: str) -> LocalImage:
        """A local image."""
        with _answer(self._path, "GET", f"/images/{quote(name, _SAFE)}/json") as told:
            return LocalImage.read(json.loads(told.read()))

    def tag(self, name: str, repository: str, tag: str) -> None:
        """Give a local image another name."""
        with _answer(self._path, "POST", f"/images/{quote(name, _SAFE)}/tag?{urlencode({'repo': repository, 'tag': tag})}"):
            pass

    def untag(self, name: str) -> None:
        """Take a name away from a local image; the image goes with its last name. Nothing where that cannot be done."""
        with contextlib.suppress(BuildError), _answer(self._path, "DELETE", f"/images/{quote(name, _SAFE)}?noprune=1"):
            pass

    def push(
        self, repository: str, tag: str, auth: Mapping[str, str], on_line: Callable[[str], None], *, silence: int = SILENCE
    ) -> str:
        """As `Docker.push`."""
        return self._pushes.push(repository, tag, auth, on_line, silence)


def _events(path: str, repository: str, tag: str, auth: Mapping[str, str], silence: int) -> Events:
    header = base64.urlsafe_b64encode(json.dumps(dict(auth)).encode()).decode()
    place = f"/images/{quote(repository, _SAFE)}/push?{urlencode({'tag': tag})}"
    try:
        with _answer(path, "POST", place, {"X-Registry-Auth": header}, silence) as told:
            yield from (json.loads(line) for line in told if line.strip())
            if told.chunked and told.chunk_left is not None:  # it ended before its end, which http.client does not tell
                raise http.client.IncompleteRead(b"")
    except BuildError as error:
        if isinstance(error.__cause__, TimeoutError):
            raise SilentError from error
        raise


@contextlib.contextmanager
def _answer(
    path: str, method: str, place: str, headers: Mapping[str, str] | None = None, seconds: int = _SECONDS
) -> Iterator[http.client.HTTPResponse]:
    """What the engine answers. Raises BuildError where it refuses, is gone, or says nothing for so many seconds."""
    connection = _Connection(path, seconds)
    try:
        connection.request(method, place, headers=dict(headers or {}))
        with connection.getresponse() as told:
            if told.status >= http.client.BAD_REQUEST:
                said = _said(told.read()) or told.reason
                raise BuildError(f"the Docker engine refuses: {said}", hint=disk_hint(said))
            yield told
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BuildError(ENGINE_GONE, hint=START_ENGINE) from error
    finally:
        connection.close()


def _said(content: bytes) -> str:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(json.loads(content)["message"])
    return content.decode(errors="replace").strip()


class _Connection(http.client.HTTPConnection):
    """HTTP by a socket of this machine."""

    def __init__(self, path: str, seconds: int) -> None:
        super().__init__("docker", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Open it."""
        self.sock: Any = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
