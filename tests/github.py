"""GitHub's API on loopback, as far as comments go, and what is open: it keeps what it is sent."""

import http.server
import json
import re
import threading
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-the-job"  # noqa: S105


class GitHubApi(http.server.ThreadingHTTPServer):
    """One repository, `acme/shop`, that knows one token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.comments: dict[int, list[dict]] = {}
        """Number of a pull request to its comments."""
        self.closed: set[int] = set()
        """Numbers of pull requests; others are open."""
        self.heads: dict[str, str] = {}
        """Branch to commit."""
        self.asked: list[str] = []

    def __enter__(self) -> "GitHubApi":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def texts(self, pull_request: int) -> list[str]:
        return [one["body"] for one in self.comments.get(pull_request, [])]

    def put(self, pull_request: int, body: str, login: str = "somebody") -> dict:
        """A comment, as anybody may write one."""
        number = sum(map(len, self.comments.values())) + 1
        made = {
            "id": number,
            "user": {"login": login},
            "body": body,
            "html_url": f"{self.address}/acme/shop/pull/{pull_request}#{number}",
        }
        self.comments.setdefault(pull_request, []).append(made)
        return made


class _Handler(http.server.BaseHTTPRequestHandler):
    server: GitHubApi

    def _do(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(sent)["body"] if sent else ""
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(403, {"message": "Resource not accessible by integration"})
        where = urlsplit(self.path)
        if of := re.fullmatch(r"/repos/acme/shop/issues/(\d+)/comments", where.path):
            number = int(of[1])
            if self.command == "POST":
                return self._answer(201, self.server.put(number, body, "github-actions[bot]"))
            page, size = (int(parse_qs(where.query)[name][0]) for name in ("page", "per_page"))
            return self._answer(200, self.server.comments.get(number, [])[(page - 1) * size : page * size])
        if self.command == "PATCH" and (of := re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", where.path)):
            (found,) = [one for all in self.server.comments.values() for one in all if one["id"] == int(of[1])]
            found["body"] = body
            return self._answer(200, found)
        if of := re.fullmatch(r"/repos/acme/shop/pulls/(\d+)", where.path):
            return self._answer(200, {"state": "closed" if int(of[1]) in self.server.closed else "open"})
        if (of := re.fullmatch(r"/repos/acme/shop/git/ref/heads/(.+)", where.path)) and of[1] in self.server.heads:
            return self._answer(200, {"object": {"type": "commit", "sha": self.server.heads[of[1]]}})
        return self._answer(404, {"message": "Not Found"})

    def _answer(self, status: int, content: object) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = _do  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass
