"""In front of a local AWS: an account that does not grant everything, and keeps who asked for what."""

import http.client
import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs

OWN = "test"
"""The access key of the own credentials."""
_NAMES = {"monitoring": "cloudwatch"}
"""Services that sign by another name than that in IAM."""
_WHOSE = re.compile(r"Credential=(\w+)/\d+/[a-z0-9-]+/(\w+)/")


@dataclass(frozen=True)
class Call:
    """One request."""

    role: str | None
    """ARN of the role that it was made in; None for the own credentials."""
    action: str
    """As IAM has it: `ecs:DescribeServices`."""
    resource: str | None
    """ARN of what is named, of roles and repositories."""


class OnlyRoles(http.server.ThreadingHTTPServer):
    """In front of a local AWS: lets the own credentials through to STS alone, as an account does that grants nothing else."""

    def __init__(self, port: int) -> None:
        self.behind, self.refused = port, list[str]()
        self.denied: set[str] = set()
        """Services that nobody may use, in whatever role."""
        self.granted: set[str] = set()
        """Services that need no role."""
        self.may_assume: set[str] | None = None
        """ARNs of roles that the own credentials may take on; None where these are all."""
        self.calls: list[Call] = []
        self.roles: dict[str, str] = {}
        """Access key to the ARN of the role that it is of."""
        super().__init__(("127.0.0.1", 0), _Handler)


_MADE = re.compile(rb"<AccessKeyId>(\w+)<")
_REFUSED_ROLE = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"


_OF_OBJECTS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject", "POST": "PutObject"}
"""Method to what it is of an object in S3, as IAM has it."""


def _call(role: str | None, service: str, target: str, method: str, path: str, body: bytes) -> Call:
    """What is asked for: by the query of the body, by the header, or in S3 by method and path."""
    if service == "s3":
        key = path.partition("?")[0].strip("/").partition("/")[2]
        return Call(role, f"s3:{_OF_OBJECTS[method] if key else 'ListBucket'}", None)
    query = {} if target else parse_qs(body.decode(errors="replace"))
    name = target.rpartition(".")[2] or query.get("Action", [method])[0]
    resource = query.get("RoleArn", [None])[0]
    if service == "ecr" and body:
        resource = json.loads(body).get("repositoryName")
    return Call(role, f"{_NAMES.get(service, service)}:{name}", resource)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: OnlyRoles
    protocol_version = "HTTP/1.1"

    def _pass(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whose = _WHOSE.search(self.headers.get("Authorization", ""))
        key, service = whose.groups() if whose else ("", "")
        call = _call(self.server.roles.get(key), service, self.headers.get("X-Amz-Target", ""), self.command, self.path, body)
        self.server.calls.append(call)
        assuming, may_assume = call.action == "sts:AssumeRole", self.server.may_assume
        too_much = assuming and may_assume is not None and call.resource not in may_assume
        if service in self.server.denied or too_much or (key == OWN and service not in ("sts", *self.server.granted)):
            self.server.refused.append(f"{service} {self.headers.get('X-Amz-Target', '')} {body[:80]!r}")
            refusal = _REFUSED_ROLE if assuming else b'{"__type": "AccessDeniedException"}'
            self._answer(403, {"x-amzn-errortype": "AccessDeniedException"}, refusal)
            return
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        if assuming and (made := _MADE.search(content)):
            self.server.roles[made[1].decode()] = call.resource
        self._answer(answer.status, dict(answer.headers), content)
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
