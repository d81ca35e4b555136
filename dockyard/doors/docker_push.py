"""Pushes by the engine, and the watch over them."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping

import docker

from dockyard.doors.docker_faults import SILENT, explaining
from dockyard.doors.engine_faults import PushError
from dockyard.doors.push_events import PushEvents


class Pushes:
    """The pushes of one engine. `connect` makes a client that waits so many seconds for a word."""

    def __init__(self, connect: Callable[[int], docker.DockerClient]) -> None:
        self._connect = connect
        self._sent_at = 0.0
        """When any of them last told of a layer on its way."""

    @explaining()
    def push(self, repository: str, tag: str, auth: Mapping[str, str], on_line: Callable[[str], None], silence: int) -> str:
        """As `Docker.push`.

        The engine sends five layers at a time, of whatever push. One whose layers wait for that hears nothing, and is no stall.
        """
        while True:
            told = PushEvents()
            try:
                for line in self._lines(repository, tag, auth, told, silence):
                    on_line(line)
            except SILENT as error:
                if not told.sending and time.monotonic() - self._sent_at < silence:
                    continue
                raise PushError(f"nothing was heard of it for {silence} seconds", told.sending, stalled=True) from error
            if told.error or not told.digest:
                raise PushError(told.error or "the engine ended it without a word", told.sending)
            return told.digest

    def _lines(self, repository: str, tag: str, auth: Mapping[str, str], told: PushEvents, silence: int) -> Iterator[str]:
        with contextlib.closing(self._connect(silence)) as client:
            for event in client.api.push(repository, tag=tag, auth_config=dict(auth), stream=True, decode=True):
                line = told.read(event)
                if told.sending:
                    self._sent_at = time.monotonic()
                if line:
                    yield line
