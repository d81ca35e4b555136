"""The ports of a load balancer's listeners, and who is connected to them."""

import asyncio
import ssl

import h11

from dockyard.local.balancer.decisions import Decide
from dockyard.local.balancer.pool import Pool
from dockyard.local.balancer.proxy import Client, ClientGoneError, Stream, this_task


class Front:
    """One listening port: each request is put to `decide`."""

    def __init__(self, decide: Decide, pool: Pool) -> None:
        self._decide, self._pool = decide, pool
        self._tasks: set[asyncio.Task[object]] = set()
        self._servers: list[asyncio.Server] = []

    async def listen(self, hosts: list[str], port: int, tls: ssl.SSLContext | None = None) -> None:
        """Open the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        for host in hosts:
            self._servers.append(await loop.create_server(lambda: Stream(self._connected), host, port, ssl=tls))

    def close(self) -> None:
        """Close the port and what is connected to it."""
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()

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
