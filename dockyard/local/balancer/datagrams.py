"""Datagrams to one address, handed to one of several targets and back. All that one client sends goes to one target."""

import asyncio
from collections.abc import Callable
from typing import Any

from dockyard.local.balancer.decisions import Target

IDLE_SECONDS = 120.0
"""After so long a silence a client is a new one.
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html"""

_Address = tuple[Any, ...]


class Datagrams(asyncio.DatagramProtocol):
    """One port. `target` is asked at the first datagram of each client; without one it is dropped."""

    transport: asyncio.DatagramTransport

    def __init__(self, target: Callable[[], Target | None]) -> None:
        self._target = target
        self._flows: dict[_Address, _Flow] = {}

    def connection_made(self, transport: Any) -> None:
        """The port is open."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: _Address) -> None:
        """Of a client."""
        flow = self._flows.get(addr)
        if flow is None and (target := self._target()):
            flow = self._flows[addr] = _Flow(self, addr, target)
        if flow:
            flow.send(data)

    def forget(self, client: _Address) -> None:
        """A client that is silent, or whose target is gone."""
        if flow := self._flows.pop(client, None):
            flow.close()

    def close(self) -> None:
        """Close the port, and what goes on there."""
        for client in list(self._flows):
            self.forget(client)
        self.transport.close()


class _Flow(asyncio.DatagramProtocol):
    """One client's datagrams to its target, and the answers."""

    def __init__(self, front: Datagrams, client: _Address, target: Target) -> None:
        self._front, self._client = front, client
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: list[bytes] = []
        self._silence = self._loop.call_later(IDLE_SECONDS, front.forget, client)
        self._opening = self._loop.create_task(self._open(target))

    def send(self, data: bytes) -> None:
        self._moved()
        if self._transport:
            self._transport.sendto(data)
        else:
            self._waiting.append(data)

    def datagram_received(self, data: bytes, addr: _Address) -> None:
        self._moved()
        self._front.transport.sendto(data, self._client)

    def error_received(self, exc: Exception) -> None:
        self._front.forget(self._client)

    def close(self) -> None:
        self._silence.cancel()
        self._opening.cancel()
        if self._transport:
            self._transport.close()

    async def _open(self, target: Target) -> None:
        try:
            self._transport, _ = await self._loop.create_datagram_endpoint(
                lambda: self, remote_addr=(target.address, target.port)
            )
        except OSError:
            self._front.forget(self._client)
            return
        for data in self._waiting:
            self._transport.sendto(data)
        self._waiting.clear()

    def _moved(self) -> None:
        self._silence.cancel()
        self._silence = self._loop.call_later(IDLE_SECONDS, self._front.forget, self._client)
