"""Connections to one address, handed through byte by byte to one of several targets, in turn.

A target that does not take the connection is passed over for the next. It knows nothing of what is spoken on them.
"""

import asyncio
import contextlib
import itertools
import ssl
import threading
from collections import Counter
from collections.abc import Callable

from dockyard.local.balancer.decisions import Target

CONNECT_SECONDS = 5.0
_CHUNK = 65536
_CLOSE_SECONDS = 5.0


class Relay:
    """One address and port. `targets` is asked at each connection; without any, connections are ended at once.

    `open_connections`, where it is given, counts those of each target.
    """

    def __init__(self, targets: Callable[[], list[Target]], open_connections: Counter[Target] | None = None) -> None:
        self._targets, self._open = targets, Counter[Target]() if open_connections is None else open_connections
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None

    def listen(self, address: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Begin; with `tls`, that is spoken with clients alone. Raises OSError where the port cannot be had."""
        opening = asyncio.start_server(self._connected, address, port, ssl=tls)
        self._server = asyncio.run_coroutine_threadsafe(opening, _running()).result(_CLOSE_SECONDS)

    def close(self) -> None:
        """Take no more connections; those that are there go on."""
        if self._server:
            _running().call_soon_threadsafe(self._server.close)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await self._connect()
            if upstream is None:
                writer.transport.abort()
                return
            target, from_target, to_target = upstream
            self._open[target] += 1
            try:
                await asyncio.gather(_copy(reader, to_target), _copy(from_target, writer))
            finally:
                self._open[target] -= 1
                to_target.close()
        finally:
            writer.close()

    async def _connect(self) -> tuple[Target, asyncio.StreamReader, asyncio.StreamWriter] | None:
        targets = self._targets()
        first = next(self._turn)
        for index in range(len(targets)):
            target = targets[(first + index) % len(targets)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return target, *await asyncio.open_connection(*target)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, and its end: whole where one side breaks off, for the other may still have to say something."""
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        else:  # TLS ends both ways at once
            writer.close()
    except OSError:
        writer.transport.abort()


_loop: list[asyncio.AbstractEventLoop] = []
_starting = threading.Lock()


def _running() -> asyncio.AbstractEventLoop:
    """The event loop of all relays, in a thread of its own; begun with the first."""
    with _starting:
        if not _loop:
            _loop.append(asyncio.new_event_loop())
            threading.Thread(target=_loop[0].run_forever, daemon=True, name="dockyard-relays").start()
    return _loop[0]
