"""A backend: it tells prices to whoever calls it."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRICES = {"apple": 3, "pear": 4}


class Prices(BaseHTTPRequestHandler):
    """GET / answers with all prices, GET /health with ok."""

    def do_GET(self) -> None:
        body = json.dumps(PRICES if self.path == "/" else "ok").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", int(os.environ["PORT"])), Prices).serve_forever()
