"""The function that asks new tasks, as it goes into the template."""

import http.server
import importlib.util
import ssl
import threading
from pathlib import Path

import pytest

from dockyard.local.authority import Authority

FUNCTION = Path(__file__).parents[2] / "constructs/dockyard_constructs/handlers/smoke.py"


class Shop(http.server.BaseHTTPRequestHandler):
    """Knows the path /up of one host, for requests that are tests and say who asks."""

    def do_GET(self):
        good = self.path == "/up" and self.headers["Host"] == "shop.example.com" and self.headers["x-test"]
        good = good and self.headers["User-Agent"] == "dockyard-smoke"
        self.send_response(200 if good else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def function():
    spec = importlib.util.spec_from_file_location("smoke", FUNCTION)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["http", "https"])
def address(request, tmp_path, monkeypatch):
    """Of a load balancer, whose certificate is not for its own name."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    if request.param == "https":
        authority = Authority(tmp_path)
        issued = authority.issue(["shop.example.com"])
        pem = tmp_path / "issued.pem"
        pem.write_text(issued.certificate + issued.chain + issued.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"{request.param}://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("paths", "host", "status"),
    [('["/up"]', "shop.example.com", "SUCCEEDED"), ('["/up", "/down"]', "shop.example.com", "FAILED")],
)
def test_every_path_must_answer_with_2xx(function, address, monkeypatch, paths, host, status):
    for name, value in {"ADDRESS": address, "PATHS": paths, "HOST": host, "HEADER": "x-test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(function, "ATTEMPTS", 1)
    assert function.handler({}, None) == {"hookStatus": status}


class Context:
    """Of a function that has so many seconds left, fewer by one path each time that it looks."""

    def __init__(self, seconds):
        self.seconds = seconds

    def get_remaining_time_in_millis(self):
        self.seconds -= 30
        return self.seconds * 1000


def test_paths_that_there_is_no_time_for_are_told_with_the_answers_so_far(function, address, monkeypatch, capsys):
    paths = '["/up", "/up?2", "/up?3"]'
    for name, value in {"ADDRESS": address, "PATHS": paths, "HOST": "shop.example.com", "HEADER": "x-test"}.items():
        monkeypatch.setenv(name, value)
    assert function.handler({}, Context(seconds=94)) == {"hookStatus": "FAILED"}
    late = "not asked, as no time is left"
    assert capsys.readouterr().out.splitlines() == ["GET /up: 200", f"GET /up?2: {late}", f"GET /up?3: {late}"]
    monkeypatch.setenv("PATHS", '["/up"]')
    assert function.handler({}, Context(seconds=94)) == {"hookStatus": "SUCCEEDED"}


@pytest.mark.parametrize("address", ["https"], indirect=True)
def test_another_hosts_certificate_is_no_answer(function, address, monkeypatch, capsys):
    for name, value in {"ADDRESS": address, "PATHS": '["/up"]', "HOST": "other.example.com", "HEADER": "x-test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(function, "ATTEMPTS", 1)
    assert function.handler({}, None) == {"hookStatus": "FAILED"}
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().out
