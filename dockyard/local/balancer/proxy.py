"""Requests of clients to targets and their answers back, as they come: no body is ever held whole.

Bytes are read and written by h11, which refuses what is ambiguous; connections to targets are kept and used again; an
upgraded connection (WebSocket) is handed through until either side ends it.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
"""

import asyncio
import contextlib
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

import h11

CONNECT_SECONDS = 10.0
KEPT_SECONDS = 3600.0
"""How long a client's idle connection is kept (`client_keep_alive.seconds`)."""
_CHUNK = 65536
_HEAD_BYTES = 64 * 1024
_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade"}

Headers = list[tuple[bytes, bytes]]


class Target(NamedTuple):
    """Where a container listens."""

    address: str
    port: int


@dataclass(frozen=True)
class Head:
    """A request without its body."""

    method: str
    target: str
    """Path and query as sent."""
    headers: Headers
    """Lower-case names."""
    client: str
    """Address."""


@dataclass
class Answer:
    """What the load balancer answers by itself."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""


@dataclass
class Forward:
    """A request for a target."""

    target: Target
    path: str
    """Path and query."""
    headers: Headers
    idle_seconds: float = 60.0
    response_headers: Headers = field(default_factory=list)
    """Added to the answer, in place of the target's of the same name; a `set-cookie` is added beside its own."""
    done: Callable[[int], None] = lambda status: None
    """Told the status when the answer is over."""
    answered: Callable[[int], None] = lambda status: None
    """Told the status when the target begins to answer."""
    group: str = ""
    """That the target was chosen from, for whoever counts requests."""


class BodyWantedError(Exception):
    """A whole body is wanted before there can be an answer: raised by `decide` with what gives the answer then."""

    def __init__(self, answer: Callable[[bytes], Awaitable[Answer]]) -> None:
        self.answer = answer


Decide = Callable[[Head], Answer | Forward]


def failure(status: int) -> Answer:
    """A page of the load balancer's own for a status."""
    title = f"{status} {_phrase(status)}"
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, [(b"content-type", b"text/html")], body.encode())


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


class _Upstream:
    """A connection to a target."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
        self.used = False
        """Whether it has carried a request before."""
        self.answered = False
        """Whether anything has come back for this one."""

    @property
    def open(self) -> bool:
        """Whether it looks as if it could be used."""
        return not (self.writer.is_closing() or self.reader.at_eof())


class Pool:
    """Connections to targets that are not in use."""

    def __init__(self) -> None:
        self._idle: defaultdict[Target, list[_Upstream]] = defaultdict(list)

    async def take(self, target: Target, *, fresh: bool = False) -> _Upstream:
        """A connection. Raises OSError, and TimeoutError after ten seconds."""
        kept = self._idle[target]
        while kept and not fresh:
            upstream = kept.pop()
            if upstream.open:
                return upstream
            upstream.writer.close()
        async with asyncio.timeout(CONNECT_SECONDS):
            return _Upstream(*await asyncio.open_connection(target.address, target.port))

    def give_back(self, target: Target, upstream: _Upstream) -> None:
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


class _ClientGoneError(Exception):
    """The client has closed its connection."""


class _UnansweredError(Exception):
    """The target has closed the connection before the first byte of an answer, or answers what is no HTTP."""


class Front:
    """One listening port: each request is put to `decide`."""

    def __init__(self, decide: Decide, pool: Pool) -> None:
        self._decide, self._pool = decide, pool
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    async def listen(self, hosts: list[str], port: int, tls: ssl.SSLContext | None = None) -> None:
        """Open the port. Raises OSError."""
        for host in hosts:
            self._servers.append(await asyncio.start_server(self._connected, host, port, ssl=tls, limit=_CHUNK))

    def close(self) -> None:
        """Close the port and what is connected to it."""
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101  # we are in one
        self._tasks.add(task)
        try:
            await _Client(self._decide, self._pool, reader, writer).serve()
        except (OSError, TimeoutError, _ClientGoneError, asyncio.CancelledError, h11.RemoteProtocolError, h11.LocalProtocolError):
            pass  # the connection ends here; whoever is at its other end sees that
        finally:
            self._tasks.discard(task)
            writer.close()


class _Client:
    """One connection of a client."""

    def __init__(self, decide: Decide, pool: Pool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._decide, self._pool, self._reader, self._writer = decide, pool, reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        self._address = str(writer.get_extra_info("peername")[0])

    async def serve(self) -> None:
        """Answer requests until the connection ends."""
        while True:
            async with asyncio.timeout(KEPT_SECONDS):
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
                while await self._reader.read(_CHUNK):
                    pass

    async def _respond(self, request: h11.Request) -> bool:
        """Answer one request; True where the connection has been handed through and is over."""
        head = Head(request.method.decode(), request.target.decode("latin-1"), list(request.headers), self._address)
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
            await self._write(h11.InformationalResponse(status_code=100, headers=[]))
        bodyless = not any(name in (b"content-length", b"transfer-encoding") for name, _ in request.headers)
        fresh = False
        while True:
            try:
                upstream = await self._pool.take(forward.target, fresh=fresh)
            except TimeoutError:
                return await self._send(failure(504))
            except OSError:
                return await self._send(failure(502))
            try:
                return await self._exchange(request, forward, upstream)
            except _UnansweredError:
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

    async def _exchange(self, request: h11.Request, forward: Forward, upstream: _Upstream) -> int:
        loop = asyncio.get_running_loop()
        upgrade = [(b"connection", b"upgrade"), *((n, v) for n, v in request.headers if n == b"upgrade")]
        headers = [*forward.headers, *(upgrade if len(upgrade) > 1 else [])]
        out = upstream.http.send(h11.Request(method=request.method, target=forward.path.encode("latin-1"), headers=headers))
        upstream.writer.write(out or b"")
        async with asyncio.timeout(forward.idle_seconds) as deadline:

            def moved() -> None:
                deadline.reschedule(loop.time() + forward.idle_seconds)

            answering = asyncio.current_task()
            assert answering  # noqa: S101  # we are in one
            sending = asyncio.create_task(self._upload(upstream, moved, answering))
            try:
                return await self._download(forward, upstream, moved)
            finally:
                sending.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await sending

    async def _upload(self, upstream: _Upstream, moved: Callable[[], None], answering: "asyncio.Task[object]") -> None:
        """The request's body to the target; then watch whether the client goes."""
        try:
            async for event in self._body():
                moved()
                upstream.writer.write(upstream.http.send(event) or b"")
                await upstream.writer.drain()
            upstream.writer.write(upstream.http.send(h11.EndOfMessage()) or b"")
            while self._http.their_state is h11.DONE and (data := await self._reader.read(_CHUNK)):
                self._http.receive_data(data)
            if self._http.their_state is h11.DONE:
                answering.cancel()
        except (OSError, h11.RemoteProtocolError, _ClientGoneError):
            answering.cancel()
        except h11.LocalProtocolError:
            pass  # the target has answered before the whole body came

    async def _download(self, forward: Forward, upstream: _Upstream, moved: Callable[[], None]) -> int:
        """The target's answer to the client; its status."""
        status = 0
        while True:
            event = await _event(upstream)
            moved()
            if isinstance(event, h11.InformationalResponse) and event.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                continue  # 100: the client has been told already
            if isinstance(event, h11.Response | h11.InformationalResponse):
                status = event.status_code
                forward.answered(status)
                await self._write(_answer_head(event, forward))
                if isinstance(event, h11.InformationalResponse):
                    await self._tunnel(upstream, moved)
                    return status
            elif isinstance(event, h11.Data):
                await self._write(event)
            elif isinstance(event, h11.EndOfMessage):
                await self._write(h11.EndOfMessage())
                return status
            else:
                raise OSError("the target has ended its answer early")

    async def _tunnel(self, upstream: _Upstream, moved: Callable[[], None]) -> None:
        """Hand bytes through, both ways, until either side ends."""
        early, _ = upstream.http.trailing_data
        self._writer.write(early)
        early, _ = self._http.trailing_data
        upstream.writer.write(early)

        async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(_CHUNK):
                moved()
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
                raise _ClientGoneError

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_CHUNK))
        return event

    async def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def _send(self, answer: Answer) -> int:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [(b"date", formatdate(usegmt=True).encode()), (b"content-length", str(len(answer.body)).encode())]
            if not any(name == b"server" for name, _ in answer.headers):
                headers.insert(0, (b"server", b"awselb/2.0"))
            reason = _phrase(answer.status).encode()
            await self._write(h11.Response(status_code=answer.status, reason=reason, headers=[*headers, *answer.headers]))
            await self._write(h11.Data(data=answer.body))
            await self._write(h11.EndOfMessage())
        return answer.status


async def _event(upstream: _Upstream) -> object:
    """The next event from a target. Raises _UnansweredError where there is none before the answer's head."""
    try:
        event = upstream.http.next_event()
        while event is h11.NEED_DATA:
            upstream.http.receive_data(await upstream.reader.read(_CHUNK))
            event = upstream.http.next_event()
    except (OSError, h11.RemoteProtocolError) as error:
        if upstream.http.their_state in (h11.SEND_RESPONSE, h11.ERROR) and not upstream.answered:
            raise _UnansweredError from error
        raise
    if isinstance(event, h11.ConnectionClosed) and not upstream.answered:
        raise _UnansweredError
    upstream.answered = True
    return event


def _answer_head(event: h11.Response | h11.InformationalResponse, forward: Forward) -> h11.Response | h11.InformationalResponse:
    own = {name for name, _ in forward.response_headers if name != b"set-cookie"} | {b"date"}
    if event.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
        return h11.InformationalResponse(status_code=event.status_code, headers=list(event.headers), reason=event.reason)
    dropped = own | _HOP | {b"transfer-encoding"}
    headers = [(name, value) for name, value in event.headers if name not in dropped]
    headers += [(b"date", formatdate(usegmt=True).encode()), *forward.response_headers]
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)


def passed_on(headers: Headers) -> Headers:
    """Headers of a request as a target gets them: without those that are between two neighbours only.

    Of two headers that tell the body's length, the one that was not followed is left out.
    """
    dropped = _HOP | {b"expect"}
    if any(name == b"transfer-encoding" for name, _ in headers):
        dropped |= {b"content-length"}
    return [(name, value) for name, value in headers if name not in dropped]
