"""Who deploys needs no right of their own but to take on the bootstrap's roles."""

import http.client
import http.server
import re
import threading

import pytest

from tests.integration.support import get

_OWN = re.compile(r"Credential=test/\d+/[a-z0-9-]+/(\w+)/")


class OnlyRoles(http.server.ThreadingHTTPServer):
    """In front of a local AWS: lets the own credentials through to STS alone, as an account does that grants nothing else."""

    def __init__(self, port: int) -> None:
        self.behind, self.refused = port, list[str]()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: OnlyRoles
    protocol_version = "HTTP/1.1"

    def _pass(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        own = _OWN.search(self.headers.get("Authorization", ""))
        if own and own[1] != "sts":
            self.server.refused.append(f"{own[1]} {self.headers.get('X-Amz-Target', '')} {body[:80]!r}")
            self._answer(403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}")
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


@pytest.fixture
def account(site):
    server = OnlyRoles(site.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_service_is_built_pushed_and_deployed_by_roles_alone(site, source, account):
    address = site.addresses()["hello-python"]
    site.edit(source, 'VERSION = "1"', 'VERSION = "6"')
    variables = {name: value for name, value in site.in_local_aws().items() if name.startswith(("AWS_", "DOCKYARD_"))}
    variables["AWS_ENDPOINT_URL"] = f"http://localhost:{account.server_port}"
    told = site.dockyard("deploy", **variables).stderr
    assert account.refused == []
    assert "demo-dev-hello-python: deployed" in told
    assert get(address)[1]["version"] == "6"
    assert site.dockyard("url", "hello-python", **variables).stdout.strip() == address
    assert account.refused == []
