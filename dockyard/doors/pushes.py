"""Pushes by the engine, and the watch over them."""

import contextlib
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

from dockyard.doors.engine_faults import PushError, SilentError
from dockyard.doors.push_events import PushEvents

Events = Generator[Mapping[str, Any], None, None]
"""What the engine tells of one push; it raises SilentError where that is nothing for too long. Its end is that of the request."""


class Pushes:
    """The pushes of one engine.

    :param begin: has `repository:tag` pushed with this `auth`, and waits so many seconds for each word of it.
    """

    def __init__(self, begin: Callable[[str, str, Mapping[str, str], int], Events]) -> None:
        self._begin = begin
        self._sent_at = 0.0
        """When any of them last told of a layer on its way."""

    def push(self, repository: str, tag: str, auth: Mapping[str, str], on_line: Callable[[str], None], silence: int) -> str:
        """As `Docker.push`.

        The engine sends five layers at a time, of whatever push. One whose layers wait for that hears nothing, and is no stall.
        """
        while True:
            told = PushEvents()
            try:
                self._listen(self._begin(repository, tag, auth, silence), told, on_line, silence)
            except SilentError as error:
                if not told.sending and time.monotonic() - self._sent_at < silence:
                    continue
                raise PushError(f"nothing was heard of it for {silence} seconds", told.sending, stalled=True) from error
            if told.error or not told.digest:
                raise PushError(told.error or "the engine ended it without a word", told.sending)
            return told.digest

    def _listen(self, events: Events, told: PushEvents, on_line: Callable[[str], None], silence: int) -> None:
        heard = time.monotonic()
        with contextlib.closing(events):
            for event in events:
                line, now = told.read(event), time.monotonic()
                if not told.new:
                    if now - heard >= silence:
                        raise SilentError
                    continue
                heard = now
                if told.sending:
                    self._sent_at = now
                if line:
                    on_line(line)
