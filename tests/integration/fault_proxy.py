"""A proxy before a local AWS, its API and its registry, that does to chosen requests what networks and servers do on bad days."""

import contextlib
import http.client
import json
import os
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SENT_FIRST = 50_000
"""So many bytes of a body reach the registry before a fault in the middle of it."""
_BLOCK = 2**15
_TLS = b"\x16"
"""The first byte of a TLS handshake."""
_OF_ONE_CONNECTION = ("connection", "content-length", "host", "keep-alive", "transfer-encoding")


class Request(BaseHTTPRequestHandler):
    """One request on its way."""

    protocol_version = "HTTP/1.1"
    server: "FaultProxy"

    def handle_one_request(self) -> None:
        """Whatever its method."""
        if self.rfile.peek(1)[:1] == _TLS:  # Docker 28 asks so first; Go's servers, as a registry is one, answer so
            self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent a TLS request to an HTTP server.\n")
            self.close_connection = True
            return
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.server.fault_of(f"{self.command} {self.path} {self.headers.get('X-Amz-Target', '')}")(self)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing: `FaultProxy.seen` has it."""

    def body(self) -> Iterator[bytes]:
        """Its body, block by block."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            left = int(self.headers.get("Content-Length") or 0)
            while left and (block := self.rfile.read(min(left, _BLOCK))):
                yield block
                left -= len(block)

    def forward(self, body: Iterator[bytes]) -> http.client.HTTPResponse:
        """Send it on with this body."""
        headers = {key: value for key, value in self.headers.items() if key.lower() not in _OF_ONE_CONNECTION}
        upstream = http.client.HTTPConnection("localhost", self.server.upstream, timeout=60)
        if chunked := "Transfer-Encoding" in self.headers:
            headers["Transfer-Encoding"] = "chunked"
        try:
            upstream.request(self.command, self.path, body if chunked else b"".join(body), headers, encode_chunked=chunked)
            answer = upstream.getresponse()
            answer.content = answer.read()
        finally:
            upstream.close()
        return answer

    def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        """Answer the client."""
        self.send_response_only(status)
        for key, value in headers.items():
            if key.lower() not in _OF_ONE_CONNECTION or self.command == "HEAD":
                self.send_header(key, value)
        if self.command != "HEAD" and status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def cut(self) -> None:
        """Reset the connection to the client."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        raise ConnectionResetError


Fault = Callable[[Request], None]


def none(request: Request) -> None:
    """The request is answered by the local AWS, which names itself by the proxy's port in what its API answers."""
    answer = request.forward(request.body())
    content = answer.content
    if not request.path.startswith("/v2/"):
        content = content.replace(b":%d" % request.server.upstream, b":%d" % request.server.port)
    request.answer(answer.status, dict(answer.getheaders()), content)


def refusal(status: int, code: str, message: str) -> Fault:
    """The registry's answer is an error, in the form that its protocol has for it; the body is read before."""
    return answered(status, json.dumps({"errors": [{"code": code, "message": message}]}), "application/json")


def answered(status: int, content: str, kind: str = "text/html", **headers: str) -> Fault:
    """Something else answers in the registry's place."""

    def fault(request: Request) -> None:
        for _ in request.body():
            pass
        request.answer(status, {"Content-Type": kind, **headers}, content.encode())

    return fault


def throttled(operation: str) -> tuple[str, Fault]:
    """AWS answers so to an operation of an API that is asked for too often."""
    return rf"\.{operation}$", answered(
        400, '{"__type": "ThrottlingException", "message": "Rate exceeded"}', "application/x-amz-json-1.1"
    )


BUSY = "<html><body>Service Unavailable</body></html>"
NOT_AUTHORIZED = answered(
    401, "Not Authorized\n", "text/plain", **{"WWW-Authenticate": 'Basic realm="ECR",service="ecr.amazonaws.com"'}
)
"""As ECR answers to a token that it does not know."""
EXPIRED = refusal(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
"""As ECR answers to a token of yesterday."""


def until_renewed(refused: Fault) -> Fault:
    """So it is from one request to the next that has another token."""
    first: list[str] = []

    def fault(request: Request) -> None:
        token = request.headers["Authorization"]
        first[:] = first or [token]
        (refused if token == first[0] else none)(request)

    return fault


def together(count: int) -> Fault:
    """So many requests are held until all are there; then they go on at one moment."""
    there = threading.Barrier(count, timeout=60)

    def fault(request: Request) -> None:
        there.wait()
        none(request)

    return fault


def silent(request: Request) -> None:
    """Nobody answers."""
    request.server.over.wait(300)


def reset(request: Request) -> None:
    """The connection breaks in the middle of the body, of which the registry has the first part."""
    _in_the_middle(request, request.cut)


def stall(request: Request) -> None:
    """Nothing goes on in the middle of the body, and nobody says so."""
    _in_the_middle(request, lambda: request.server.over.wait(300))


def lost(request: Request) -> None:
    """The registry does it, and its answer does not arrive."""
    request.forward(request.body())
    request.cut()


def damage(request: Request) -> None:
    """One bit of the body is another one at its end."""

    def damaged() -> Iterator[bytes]:
        for number, block in enumerate(request.body()):
            yield block if number else bytes([*block[:-1], block[-1] ^ 1])

    answer = request.forward(damaged())
    request.answer(answer.status, dict(answer.getheaders()), answer.content)


def _in_the_middle(request: Request, act: Callable[[], object]) -> None:
    def first() -> Iterator[bytes]:
        sent = 0
        for block in request.body():
            yield block
            if (sent := sent + len(block)) > _SENT_FIRST:
                raise _MiddleError

    with contextlib.suppress(_MiddleError):
        request.forward(first())
    act()


class _MiddleError(Exception):
    """Half of it is done."""


@dataclass
class _Rule:
    pattern: str
    fault: Fault
    left: int


class FaultProxy(ThreadingHTTPServer):
    """Forwards to the local AWS on this port. Used as `with FaultProxy(port) as proxy`."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.upstream, self.port = upstream, int(self.server_address[1])
        self.seen: list[str] = []
        """Each request: its method, its path, and what it asks of an API."""
        self.over = threading.Event()
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: that a side goes away is what this is for."""

    def on(self, pattern: str, fault: Fault, times: int = 1) -> None:
        """Do this to the next requests in which the pattern is found."""
        self._rules.append(_Rule(pattern, fault, times))

    def count(self, pattern: str) -> int:
        """How many requests the pattern was found in."""
        return sum(bool(re.search(pattern, request)) for request in self.seen)

    def fault_of(self, request: str) -> Fault:
        """What is to be done to this request."""
        with self._lock:
            self.seen.append(request)
            rule = next((rule for rule in self._rules if rule.left and re.search(rule.pattern, request)), None)
            if rule is None:
                return none
            rule.left -= 1
            return rule.fault
