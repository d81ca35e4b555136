"""Connections to targets, kept and used again."""

import asyncio
from collections import defaultdict

import h11

from dockyard.local.balancer.decisions import Target

CONNECT_SECONDS = 10.0
CHUNK = 65536
HEAD_BYTES = 64 * 1024


class UnansweredError(Exception):
    """The target has closed the connection before the first byte of an answer, or answers what is no HTTP."""


class Upstream:
    """A connection to a target."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self.used = False
        """Whether it has carried a request before."""
        self.answered = False
        """Whether anything has come back for this one."""

    @property
    def open(self) -> bool:
        """Whether it looks as if it could be used."""
        return not (self.writer.is_closing() or self.reader.at_eof())

    def event(self) -> object:
        """The next event of the answer; NEED_DATA where more must be received.

        Raises UnansweredError, or h11.RemoteProtocolError where some of the answer had come.
        """
        try:
            event = self.http.next_event()
        except h11.RemoteProtocolError as error:
            raise self._failure(error) from error
        if event is h11.NEED_DATA:
            return event
        if isinstance(event, h11.ConnectionClosed) and not self.answered:
            raise UnansweredError
        self.answered = True
        return event

    async def receive(self) -> None:
        """Wait for more. Raises UnansweredError, or OSError where some of the answer had come."""
        try:
            self.http.receive_data(await self.reader.read(CHUNK))
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Exception:
        nothing_came = self.http.their_state in (h11.SEND_RESPONSE, h11.ERROR) and not self.answered
        return UnansweredError() if nothing_came else error


class Pool:
    """Connections to targets that are not in use."""

    def __init__(self) -> None:
        self._idle: defaultdict[Target, list[Upstream]] = defaultdict(list)

    async def take(self, target: Target, *, fresh: bool = False) -> Upstream:
        """A connection. Raises OSError, and TimeoutError after ten seconds."""
        kept = self._idle[target]
        while kept and not fresh:
            upstream = kept.pop()
            if upstream.open:
                return upstream
            upstream.writer.close()
        async with asyncio.timeout(CONNECT_SECONDS):
            return Upstream(*await asyncio.open_connection(target.address, target.port))

    def give_back(self, target: Target, upstream: Upstream) -> None:
        """Keep it for the next request, where it can be used again."""
        if upstream.http.our_state is upstream.http.their_state is h11.DONE and upstream.open:
            upstream.http.start_next_cycle()
            upstream.used, upstream.answered = True, False
            self._idle[target].append(upstream)
        else:
            upstream.writer.close()

    def drop(self, target: Target) -> None:
        """Close what is kept for a target that is gone."""
        for upstream in self._idle.pop(target, []):
            upstream.writer.close()

    def close(self) -> None:
        """Close all that is kept."""
        for target in self.targets:
            self.drop(target)

    @property
    def targets(self) -> list[Target]:
        """Targets with kept connections."""
        return list(self._idle)
