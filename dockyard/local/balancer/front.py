"""The ports of a load balancer's listeners, and who is connected to them."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Coroutine
from typing import Any

import h11

from dockyard.local.balancer.decisions import Decide
from dockyard.local.balancer.pool import Pool
from dockyard.local.balancer.proxy import Client, ClientGoneError, Stream, this_task

_HANDSHAKE = b"\x16"
"""What a client begins with that speaks TLS; no method of HTTP does. https://www.rfc-editor.org/rfc/rfc8446#section-5.1"""
_SILENCE = 60.0
"""Seconds that a client may take to begin."""
_RETRY = 0.1


class Front:
    """One listening port: each request is put to `decide`."""

    def __init__(self, decide: Decide, pool: Pool) -> None:
        self._decide, self._pool = decide, pool
        self._tasks: set[asyncio.Task[object]] = set()
        self._servers: list[asyncio.Server] = []
        self._secure: Front | None = None

    async def listen(self, hosts: list[str], port: int, tls: ssl.SSLContext | None = None) -> None:
        """Open the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        for host in hosts:
            self._servers.append(await loop.create_server(lambda: Stream(self._connected), host, port, ssl=tls))

    async def listen_to_both(self, hosts: list[str], port: int, secure: "Front", tls: ssl.SSLContext) -> None:
        """Open the port; clients that begin with TLS are those of `secure`. Raises OSError."""
        self._secure = secure
        listening: list[socket.socket] = []
        try:
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                listening.append(socket.create_server((host, port), family=family, backlog=100))
        except OSError:
            for one in listening:
                one.close()
            raise
        for one in listening:
            one.setblocking(False)
            self._keep(self._accept(one, secure, tls))

    def close(self) -> None:
        """Close the port and what is connected to it."""
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        if self._secure:
            self._secure.close()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket, secure: "Front", tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                try:
                    connection, _ = await loop.sock_accept(listening)
                except OSError:  # too many open files, for a while
                    await asyncio.sleep(_RETRY)
                else:
                    self._keep(self._sort(connection, secure, tls))

    async def _sort(self, connection: socket.socket, secure: "Front", tls: ssl.SSLContext) -> None:
        """Give a client to the front that speaks as it does."""
        loop = asyncio.get_running_loop()
        begun = asyncio.Event()
        loop.add_reader(connection, begun.set)
        try:
            await asyncio.wait_for(begun.wait(), _SILENCE)
        except (TimeoutError, asyncio.CancelledError):
            connection.close()
            return
        finally:
            loop.remove_reader(connection)
        with contextlib.suppress(OSError):  # whoever is at its other end sees that it is over
            is_secure = connection.recv(1, socket.MSG_PEEK) == _HANDSHAKE
            front, context = (secure, tls) if is_secure else (self, None)
            await loop.connect_accepted_socket(lambda: Stream(front._connected), connection, ssl=context)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = this_task()
        self._tasks.add(task)
        try:
            await Client(self._decide, self._pool, reader, writer).serve()
        except (OSError, TimeoutError, ClientGoneError, asyncio.CancelledError, h11.RemoteProtocolError, h11.LocalProtocolError):
            pass  # the connection ends here; whoever is at its other end sees that
        finally:
            self._tasks.discard(task)
            writer.close()
