"""In front of the registry of a local AWS: one that wants a bearer token and keeps its layers elsewhere, as Docker Hub does.

https://distribution.github.io/distribution/spec/auth/token/
"""

import base64
import http.client
import http.server
import json
import re
import threading
from urllib.parse import parse_qs, urlsplit

from dockyard.doors.registry import Registry
from tests.integration.images import basic

USER, PASSWORD = "somebody", "secret"


class Front(http.server.ThreadingHTTPServer):
    """The registry, the server of its tokens, and that of its layers; each on a port of its own."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.asked: list[str] = []
        """Method and path of each request that had its token."""
        self.scopes: list[str] = []
        self.strayed: list[str] = []
        """Credentials that came to where the layers are."""
        self.breaks_off = self.is_forged = 0
        """How many of the next layers do not come whole, or as others."""
        super().__init__(("127.0.0.1", 0), _Registry)
        self.tokens = self._beside(_Tokens)
        self.layers = self._beside(_Layers)

    def _beside(self, handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.front = self
        return server

    @property
    def host(self) -> str:
        return f"localhost:{self.server_port}"

    def __enter__(self):
        for server in (self, self.tokens, self.layers):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self, self.tokens, self.layers):
            server.shutdown()
            server.server_close()

    def behind(self, method: str, path: str, headers=None):
        """What the registry itself answers."""
        kept = {"Accept": headers["Accept"]} if headers and headers.get("Accept") else {}
        connection = http.client.HTTPConnection(self.registry.host, timeout=60)
        connection.request(method, path, headers={"Authorization": basic(self.registry), **kept})
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers, body=b"", *, sent=None):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", headers.get("content-length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:sent])

    def log_message(self, *_):
        pass


class _Registry(_Handler):
    def _pass(self):
        front, name = self.server, re.match(r"/v2/(.+)/(?:manifests|blobs)/", self.path)
        scope = f"repository:{name[1]}:pull"
        if self.headers.get("Authorization") != f"Bearer token of {scope}":
            challenge = f'Bearer realm="http://localhost:{front.tokens.server_port}/token",service="front",scope="{scope}"'
            return self.answer(401, {"WWW-Authenticate": challenge})
        front.asked.append(f"{self.command} {self.path}")
        if self.command == "GET" and "/blobs/" in self.path:
            return self.answer(307, {"Location": f"http://127.0.0.1:{front.layers.server_port}{self.path}"})
        return self.answer(*front.behind(self.command, self.path, self.headers))

    do_GET = do_HEAD = _pass  # noqa: N815


class _Tokens(_Handler):
    def do_GET(self):
        front, query = self.server.front, parse_qs(urlsplit(self.path).query)
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            return self.answer(401, {})
        front.scopes += query["scope"]
        return self.answer(200, {}, json.dumps({"token": f"token of {query['scope'][0]}"}).encode())


class _Layers(_Handler):
    def do_GET(self):
        front = self.server.front
        if given := self.headers.get("Authorization"):
            front.strayed.append(given)
        status, headers, body = front.behind("GET", self.path)
        if front.breaks_off:
            front.breaks_off -= 1
            self.answer(status, headers, body, sent=len(body) // 2)
            self.close_connection = True
        else:
            forged = bytes(reversed(body)) if front.is_forged else body
            front.is_forged = max(0, front.is_forged - 1)
            self.answer(status, headers, forged)
