"""Requests of clients to targets and their answers back, as they come: no body is ever held whole.

Bytes are read and written by h11, which refuses what is ambiguous; connections to targets are kept and used again; an
upgraded connection (WebSocket) is handed through until either side ends it.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout

What can be sent at once is sent at once, and a request without a body has no task of its own: each costs as much as all
of the parsing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import cast

import h11

from dockyard.local.balancer.decisions import Answer, BodyWantedError, Decide, Forward, Head, failure, phrase
from dockyard.local.balancer.heads import answered_with, date, sent_on
from dockyard.local.balancer.patience import Patience
from dockyard.local.balancer.pool import CHUNK, HEAD_BYTES, Pool, UnansweredError, Upstream

KEPT_SECONDS = 3600.0
"""How long a client's idle connection is kept (`client_keep_alive.seconds`)."""


class ClientGoneError(Exception):
    """The client has closed its connection."""


class Stream(asyncio.StreamReaderProtocol):
    """As of `asyncio.start_server`, but that it can end a task when the client goes while nobody reads."""

    def __init__(self, connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        super().__init__(asyncio.StreamReader(CHUNK), connected)
        self.gone = False
        self.waiting: asyncio.Task[object] | None = None

    def eof_received(self) -> bool | None:
        """The client sends no more, which is taken for its end."""
        self._end()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._end()
        super().connection_lost(exc)

    def _end(self) -> None:
        self.gone = True
        if self.waiting:
            self.waiting.cancel()


class Client:
    """One connection of a client."""

    def __init__(self, decide: Decide, pool: Pool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._decide, self._pool, self._reader, self._writer = decide, pool, reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._address = str(writer.get_extra_info("peername")[0])
        secure = writer.get_extra_info("ssl_object")
        self._certificate: bytes = (secure and secure.getpeercert(binary_form=True)) or b""
        self._stream = cast("Stream", writer.transport.get_protocol())
        self._patience = Patience()
        self._held: list[bytes] = []
        """Written, but not sent yet."""

    async def serve(self) -> None:
        """Answer requests until the connection ends."""
        try:
            await self._serve()
        finally:
            self._patience.close()

    async def _serve(self) -> None:
        while True:
            with self._patience.of(KEPT_SECONDS):
                try:
                    event = await self._next()
                except h11.RemoteProtocolError:
                    await self._send(failure(400))
                    await self._read_away()
                    return
            if not isinstance(event, h11.Request):
                return
            if await self._respond(event):
                return  # upgraded, and over
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _read_away(self) -> None:
        """Read what a client still sends for a moment: closed at once, the connection is reset and our answer is lost."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while await self._reader.read(CHUNK):
                    pass

    async def _respond(self, request: h11.Request) -> bool:
        """Answer one request; True where the connection has been handed through and is over."""
        method, target = request.method.decode(), request.target.decode("latin-1")
        head = Head(method, target, list(request.headers), self._address, self._certificate)
        try:
            decision = self._decide(head)
        except BodyWantedError as wanted:
            body = b"".join([event.data async for event in self._body()])
            decision = await wanted.answer(body)
        if isinstance(decision, Answer):
            async for _ in self._body():
                pass  # what is not read now would be taken for the next request
            await self._send(decision)
            return False
        status = 0
        try:
            status = await self._forward(request, decision)
        finally:
            decision.done(status)
        return status == HTTPStatus.SWITCHING_PROTOCOLS

    async def _forward(self, request: h11.Request, forward: Forward) -> int:
        """Send the request on and its answer back; its status."""
        if self._http.they_are_waiting_for_100_continue:
            self._write(h11.InformationalResponse(status_code=100, headers=[]))
            await self._flush()
        bodyless = not any(name in (b"content-length", b"transfer-encoding") for name, _ in request.headers)
        if bodyless:
            self._http.next_event()  # its end, which is there with its head
        sent = sent_on(request, forward)
        fresh = False
        while True:
            try:
                upstream = await self._pool.take(forward.target, fresh=fresh)
            except TimeoutError:
                return await self._send(failure(504))
            except OSError:
                return await self._send(failure(502))
            try:
                return await self._exchange(sent, forward, upstream, bodyless)
            except UnansweredError:
                if upstream.used and bodyless:
                    fresh = True  # it was closed while it was kept; nothing has reached the target
                    continue
                return await self._send(failure(502))
            except TimeoutError:
                if self._http.our_state is h11.SEND_RESPONSE:
                    return await self._send(failure(504))
                raise
            finally:
                self._pool.give_back(forward.target, upstream)

    async def _exchange(self, sent: h11.Request, forward: Forward, upstream: Upstream, bodyless: bool) -> int:
        begin = upstream.http.send(sent) or b""
        if bodyless:
            upstream.writer.write(begin + (upstream.http.send(h11.EndOfMessage()) or b""))
            with self._patience.of(forward.idle_seconds):
                return await self._watched(self._download(forward, upstream))
        upstream.writer.write(begin)
        with self._patience.of(forward.idle_seconds):
            sending = asyncio.create_task(self._upload(upstream, this_task()))
            try:
                return await self._download(forward, upstream)
            finally:
                sending.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await sending

    async def _watched(self, answering: Coroutine[object, object, int]) -> int:
        """Answer, and end that when the client goes; who asks for an upgrade may end its own side before."""
        if self._http.their_state is h11.DONE:
            self._stream.waiting = this_task()
            if self._stream.gone:
                self._stream.waiting.cancel()
        try:
            return await answering
        finally:
            self._stream.waiting = None

    async def _upload(self, upstream: Upstream, answering: "asyncio.Task[object]") -> None:
        """The request's body to the target; then watch whether the client goes."""
        try:
            async for event in self._body():
                self._patience.moved()
                upstream.writer.write(upstream.http.send(event) or b"")
                await upstream.writer.drain()
            upstream.writer.write(upstream.http.send(h11.EndOfMessage()) or b"")
            while self._http.their_state is h11.DONE and (data := await self._reader.read(CHUNK)):
                self._http.receive_data(data)
            if self._http.their_state is h11.DONE:
                answering.cancel()
        except (OSError, h11.RemoteProtocolError, ClientGoneError):
            answering.cancel()
        except h11.LocalProtocolError:
            pass  # the target has answered before the whole body came

    async def _download(self, forward: Forward, upstream: Upstream) -> int:
        """The target's answer to the client; its status."""
        status = 0
        try:
            while True:
                event = upstream.event()
                if event is h11.NEED_DATA:
                    await self._flush()
                    await upstream.receive()
                    self._patience.moved()
                elif isinstance(event, h11.InformationalResponse) and event.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                    continue  # 100: the client has been told already
                elif isinstance(event, h11.Response | h11.InformationalResponse):
                    status = event.status_code
                    forward.answered(status)
                    self._write(answered_with(event, forward))
                    if isinstance(event, h11.InformationalResponse):
                        await self._flush()
                        await self._tunnel(upstream)
                        return status
                elif isinstance(event, h11.Data):
                    self._write(event)
                elif isinstance(event, h11.EndOfMessage):
                    self._write(h11.EndOfMessage())
                    await self._flush()
                    return status
                else:
                    raise OSError("the target has ended its answer early")
        finally:
            self._release()

    async def _tunnel(self, upstream: Upstream) -> None:
        """Hand bytes through, both ways, until either side ends."""
        early, _ = upstream.http.trailing_data
        self._writer.write(early)
        early, _ = self._http.trailing_data
        upstream.writer.write(early)

        async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(CHUNK):
                self._patience.moved()
                writer.write(data)
                await writer.drain()

        ways = [
            asyncio.create_task(copy(self._reader, upstream.writer)),
            asyncio.create_task(copy(upstream.reader, self._writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            upstream.writer.close()

    async def _body(self) -> AsyncIterator[h11.Data]:
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                yield event
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                return
            else:
                raise ClientGoneError

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(CHUNK))
        return event

    def _write(self, event: h11.Event) -> None:
        self._held.append(self._http.send(event) or b"")

    def _release(self) -> None:
        self._writer.write(b"".join(self._held))
        self._held.clear()

    async def _flush(self) -> None:
        self._release()
        await self._writer.drain()

    async def _send(self, answer: Answer) -> int:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [(b"date", date()), (b"content-length", str(len(answer.body)).encode())]
            if not any(name == b"server" for name, _ in answer.headers):
                headers.insert(0, (b"server", b"awselb/2.0"))
            reason = phrase(answer.status).encode()
            self._write(h11.Response(status_code=answer.status, reason=reason, headers=[*headers, *answer.headers]))
            self._write(h11.Data(data=answer.body))
            self._write(h11.EndOfMessage())
            await self._flush()
        return answer.status


def this_task() -> "asyncio.Task[object]":
    """The task that runs."""
    task = asyncio.current_task()
    assert task  # noqa: S101  # we are in one
    return task
