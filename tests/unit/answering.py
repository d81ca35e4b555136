"""A registry on loopback that gives one answer to all that it is asked."""

import http.server
import threading


class Registry(http.server.ThreadingHTTPServer):
    """Answers with this status, these headers and this content, of which it may send less than it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"localhost:{self.server_port}"
        self.status, self.headers, self.content = 200, {}, b""
        self.answers: dict[str, int] = {}
        """Statuses of methods that are answered with another."""
        self.says_bytes: int | None = None
        self.asked: list[str] = []
        self.told: list[dict[str, str]] = []
        """Headers of each of these."""

    def __enter__(self) -> "Registry":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.told.append(dict(self.headers))
        self.send_response(self.server.answers.get(self.command, self.server.status))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(self.server.says_bytes or len(self.server.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(self.server.content)

    do_HEAD = do_POST = do_PUT = do_CONNECT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass
