"""The data plane of a load balancer, between real sockets: a target that misbehaves in each way, and clients that do."""

import asyncio
import contextlib
import socket

import pytest

from dockyard.local.balancer.decisions import Answer, Forward, Target, passed_on
from dockyard.local.balancer.front import Front
from dockyard.local.balancer.pool import Pool
from dockyard.local.extensions import network_load_balancers
from dockyard.local.extensions.load_balancer_ports import Balancer

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class World:
    """A front with one target, whose every connection is served by `serve(reader, writer)`."""

    def __init__(self, serve, idle=60.0):
        self.serve, self.idle = serve, idle
        self.connections = 0
        self.statuses, self.tasks = [], []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.target = Target("127.0.0.1", self.server.sockets[0].getsockname()[1])
        self.pool = Pool()
        self.front = Front(self._decide, self.pool)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        await self.front.listen(["127.0.0.1"], self.port)
        return self

    async def __aexit__(self, *_):
        self.front.close()
        self.pool.close()
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.sleep(0.05)

    async def _connected(self, reader, writer):
        self.connections += 1
        self.tasks.append(asyncio.current_task())
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self.serve(reader, writer)
        finally:
            writer.close()

    def _decide(self, head):
        if head.target == "/fixed":
            return Answer(418, [], b"own")
        return Forward(self.target, head.target, passed_on(head.headers), idle_seconds=self.idle, done=self.statuses.append)

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, data=b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"):
        reader, writer = await self.connect()
        writer.write(data)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer


async def head(reader):
    return await reader.readuntil(b"\r\n\r\n")


async def well(reader, writer):
    while True:
        await head(reader)
        writer.write(OK)


def run(test):
    asyncio.run(asyncio.wait_for(test, 30))


def test_connections_to_the_target_are_used_again():
    async def test():
        async with World(well) as world:
            for _ in range(5):
                assert (await world.ask()).startswith(b"HTTP/1.1 200")
            assert world.connections == 1
            assert world.statuses == [200] * 5

    run(test())


def test_a_connection_that_the_target_closed_meanwhile_is_not_an_error():
    async def once(reader, writer):
        await head(reader)
        writer.write(OK)

    async def test():
        async with World(once) as world:
            for _ in range(5):
                assert (await world.ask()).startswith(b"HTTP/1.1 200")
                await asyncio.sleep(0.02)

    run(test())


def test_an_answer_that_is_there_is_sent_in_one_piece():
    async def test():
        async with World(well) as world:
            reader, writer = await world.connect()
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            assert (await reader.read(1000)).endswith(b"\r\n\r\nok")
            writer.close()

    run(test())


def test_an_answer_streams_as_it_comes():
    async def stream(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for number in range(3):
            writer.write(b"1\r\n%d\r\n" % number)
            await going.wait()
            going.clear()
        writer.write(b"0\r\n\r\n")

    going = asyncio.Event()

    async def test():
        async with World(stream) as world:
            reader, writer = await world.connect()
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            assert b"200" in await head(reader)
            for number in range(3):
                assert await asyncio.wait_for(reader.readexactly(6), 5) == b"1\r\n%d\r\n" % number
                going.set()
            assert await reader.readexactly(5) == b"0\r\n\r\n"
            writer.close()

    run(test())


def test_a_body_streams_to_the_target_before_it_is_whole():
    seen = asyncio.Event()

    async def target(reader, writer):
        await head(reader)
        assert await reader.readexactly(5) == b"first"
        seen.set()
        assert await reader.readexactly(4) == b"last"
        writer.write(OK)

    async def test():
        async with World(target) as world:
            reader, writer = await world.connect()
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nfirst")
            await asyncio.wait_for(seen.wait(), 5)
            writer.write(b"last")
            assert b" 200 " in await head(reader)
            writer.close()

    run(test())


def test_one_hundred_continue_is_answered_by_the_load_balancer():
    async def target(reader, writer):
        assert b"expect" not in (await head(reader)).lower()
        assert await reader.readexactly(4) == b"body"
        writer.write(OK)

    async def test():
        async with World(target) as world:
            reader, writer = await world.connect()
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n")
            assert (await head(reader)).startswith(b"HTTP/1.1 100")
            writer.write(b"body")
            assert (await head(reader)).startswith(b"HTTP/1.1 200")
            writer.close()

    run(test())


def test_an_upgraded_connection_is_handed_through():
    async def target(reader, writer):
        assert b"upgrade: websocket" in (await head(reader)).lower()
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        while data := await reader.read(100):
            writer.write(b"echo " + data)

    async def test():
        async with World(target) as world:
            reader, writer = await world.connect()
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n")
            assert (await head(reader)).startswith(b"HTTP/1.1 101")
            for word in (b"one", b"two"):
                writer.write(word)
                assert await reader.readexactly(8) == b"echo " + word
            writer.close()

    run(test())


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", b"502"), (b"SSH-2.0-OpenSSH\r\n", b"502"), (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b"502")],
)
def test_a_target_that_answers_nothing_sound_is_502(sent, status):
    async def target(reader, writer):
        await head(reader)
        writer.write(sent)

    async def test():
        async with World(target) as world:
            assert (await world.ask()).startswith(b"HTTP/1.1 " + status)

    run(test())


def test_a_target_that_is_not_there_is_502():
    async def test():
        async with World(well) as world:
            world.target = Target("127.0.0.1", 1)
            answer = await world.ask()
            assert answer.startswith(b"HTTP/1.1 502")
            assert b"awselb/2.0" in answer

    run(test())


def test_a_target_that_does_not_answer_in_time_is_504():
    async def target(reader, writer):
        await head(reader)
        await asyncio.sleep(5)

    async def test():
        async with World(target, idle=0.3) as world:
            assert (await world.ask()).startswith(b"HTTP/1.1 504")
            assert world.statuses == [504]

    run(test())


def test_a_target_that_ends_within_its_answer_ends_the_clients_too():
    """A whole answer must not be told from a part of it by luck."""

    async def target(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")

    async def test():
        async with World(target) as world:
            answer = await world.ask()
            assert answer.endswith(b"half")
            assert b"content-length: 10" in answer

    run(test())


@pytest.mark.parametrize("body", [b"\r\n", b"content-length: 2\r\n\r\nab"])
def test_a_client_that_goes_is_not_waited_for(body):
    left = asyncio.Event()

    async def target(reader, writer):
        await head(reader)
        while await reader.read(10):
            pass
        left.set()

    async def test():
        async with World(target) as world:
            _, writer = await world.connect()
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n" + body)
            await asyncio.sleep(0.2)
            writer.close()
            assert await asyncio.wait_for(left.wait(), 5)

    run(test())


def test_requests_in_one_go_are_answered_in_order():
    async def target(reader, writer):
        while True:
            path = (await head(reader)).split()[1]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(path), path))

    async def test():
        async with World(target) as world:
            answer = await world.ask(
                b"GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /fixed HTTP/1.1\r\nhost: a\r\n\r\n"
                b"GET /3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
            )
            assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"418", b"200"]
            assert answer.endswith(b"/3")

    run(test())


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nbody",
        b"GET / HTTP/1.1\r\nhost: a\r\nbad header: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_never_reaches_the_target(sent):
    async def test():
        async with World(well) as world:
            assert (await world.ask(sent)).startswith(b"HTTP/1.1 4")
            assert world.connections == 0

    run(test())


def test_of_two_lengths_the_target_gets_the_one_that_was_followed():
    """Else a body could hold a request that only the target sees."""
    heads = []

    async def target(reader, writer):
        heads.append(await head(reader))
        writer.write(OK)

    async def test():
        async with World(target) as world:
            await world.ask(
                b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n"
                b"0\r\n\r\n"
            )
            assert b"transfer-encoding" in heads[0]
            assert b"content-length" not in heads[0]

    run(test())


def test_a_port_that_is_not_for_this_user_is_ten_thousand_higher(monkeypatch):
    """As one below 1024 is, where the local AWS is not root's."""
    asked = []

    async def listening(_, port, __):
        asked.append(port)
        if port < 1024:
            raise PermissionError
        return []

    monkeypatch.setattr(network_load_balancers, "_listening", listening)
    monkeypatch.setattr(network_load_balancers, "_open", {})
    key = ("127.1.0.1", 443, "arn:listener", "TLS")
    run(network_load_balancers._listen(key, Balancer("arn:front", "1", "us-east-1", 0, address="127.1.0.1")))
    assert (asked, network_load_balancers._open) == ([443, 10443], {key: []})
