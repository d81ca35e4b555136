"""In front of a local AWS: an account that does not grant everything."""

import http.client
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_WHOSE = re.compile(r"Credential=(\w+)/\d+/[a-z0-9-]+/(\w+)/")


class OnlyRoles(http.server.ThreadingHTTPServer):
    """In front of a local AWS: lets the own credentials through to STS alone, as an account does that grants nothing else."""

    def __init__(self, port: int) -> None:
        self.behind, self.refused = port, list[str]()
        self.denied: set[str] = set()
        """Services that nobody may use, in whatever role."""
        self.granted: set[str] = set()
        """Services that need no role."""
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: OnlyRoles
    protocol_version = "HTTP/1.1"

    def _pass(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whose = _WHOSE.search(self.headers.get("Authorization", ""))
        key, service = whose.groups() if whose else ("", "")
        if service in self.server.denied or (key == "test" and service not in ("sts", *self.server.granted)):
            self.server.refused.append(f"{service} {self.headers.get('X-Amz-Target', '')} {body[:80]!r}")
            self._answer(403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"__type": "AccessDeniedException"}')
            return
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        self._answer(answer.status, dict(answer.headers), answer.read())
        behind.close()

    def _answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass  # noqa: N815

    def log_message(self, *_):
        pass


@contextmanager
def only_roles(port: int) -> Iterator[OnlyRoles]:
    """Such an account, before the local AWS on this port."""
    server = OnlyRoles(port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
