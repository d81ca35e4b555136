"""A port of this machine that leads to another address: each connection is passed on, both ways."""

import contextlib
import socket
import threading

_BLOCK = 1 << 16


class Forward:
    """A listening port; it is open as soon as this is made. Raises OSError where it is taken, or may not be opened.

    :param port: of the loopback address; 0 for any that is free.
    :param to: host and port.
    """

    def __init__(self, port: int, to: tuple[str, int]) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Pass connections on until `close`, or an interrupt."""
        with contextlib.suppress(OSError):  # closed
            while True:
                ours, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(ours,), daemon=True).start()

    def close(self) -> None:
        """Take no connection more; those that are there go on."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass(self, ours: socket.socket) -> None:
        with ours:
            try:
                theirs = socket.create_connection(self._to, timeout=10)
            except OSError:
                return  # who asked sees the connection end, as with a service that does not listen
            with theirs:
                theirs.settimeout(None)
                back = threading.Thread(target=_copy, args=(theirs, ours), daemon=True)
                back.start()
                _copy(ours, theirs)
                back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """To the end of what one side sends, which the other side is told."""
    with contextlib.suppress(OSError):
        while block := source.recv(_BLOCK):
            target.sendall(block)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
