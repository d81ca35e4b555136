"""A web service: it asks the backend for its prices."""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = "http://api:9000/"


class Shop(BaseHTTPRequestHandler):
    """GET /health answers with ok, every other path with the backend's prices."""

    def do_GET(self) -> None:
        body = json.dumps("ok" if self.path == "/health" else {"prices": prices()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def prices() -> dict[str, int]:
    """What the backend tells."""
    with urllib.request.urlopen(API, timeout=5) as answer:
        return json.load(answer)


ThreadingHTTPServer(("", int(os.environ["PORT"])), Shop).serve_forever()
