"""A port of this machine that leads elsewhere."""

import socket
import threading

import pytest

from dockyard.doors.forward import Forward


def all_of(connection):
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@pytest.fixture
def echo():
    """Address of a server that answers each connection with what it got, once the client has sent all."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(all_of(connection))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()


@pytest.fixture
def opened():
    made = []

    def forward(to, port=0):
        one = Forward(port, to)
        threading.Thread(target=one.serve, daemon=True).start()
        made.append(one)
        return one

    yield forward
    for one in made:
        one.close()


def answer(port, sent):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        return all_of(client)


def test_connections_are_passed_on_both_ways_with_their_ends(echo, opened):
    port = opened(echo).port
    assert [answer(port, content) for content in (b"1", b"", b"x" * 500_000)] == [b"1", b"", b"x" * 500_000]


def test_where_nobody_listens_the_connection_ends(echo, opened):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        to = gone.getsockname()
    assert answer(opened(to).port, b"") == b""


def test_a_port_that_is_taken_is_refused(echo):
    with pytest.raises(OSError, match="in use"):
        Forward(echo[1], echo)
