"""What is made of an engine's answers where it is asked by its socket, with one that gives them."""

import base64
import contextlib
import json
import socketserver
import threading

import pytest

from dockyard.doors.docker import Docker
from dockyard.doors.engine_faults import ENGINE_GONE, MAKE_ROOM, PushError
from dockyard.doors.engine_socket import EngineSocket, engine_for_push
from dockyard.doors.process import Processes
from dockyard.errors import BuildError

DONE = {"aux": {"Digest": "sha256:1"}}
SENDING = {"id": "3f2a", "status": "Pushing"}


class Engine(socketserver.ThreadingUnixStreamServer):
    """Gives each connection the next of these answers, and then the end of `wait` before it is closed."""

    daemon_threads, block_on_close = True, False

    def __init__(self, path, *answers):
        super().__init__(str(path), _Handler)
        self.answers, self.asked, self.told, self.wait = list(answers), [], [], threading.Event()
        self.wait.set()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        lines = [line.decode().strip() for line in iter(self.rfile.readline, b"\r\n")]
        self.server.asked.append(lines[0])
        self.server.told.append(dict(line.split(": ", 1) for line in lines[1:]))
        self.wfile.write(self.server.answers.pop(0))
        self.server.wait.wait(10)


def answer(status, *events):
    """Chunked, each event one."""
    chunks = [f"{json.dumps(event)}\r\n" for event in events]
    body = "".join(f"{len(chunk):x}\r\n{chunk}\r\n" for chunk in chunks)
    return f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n{body}".encode()


@contextlib.contextmanager
def engine(tmp_path, *answers):
    with Engine(tmp_path / "docker.sock", *answers) as served:
        threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield served, engine_for_push(Processes({"DOCKER_HOST": f"unix://{served.server_address}"}), None)
        served.wait.set()
        served.shutdown()


END = b"0\r\n\r\n"


def test_an_engine_of_another_address_is_asked_by_its_library(tmp_path):
    assert isinstance(engine_for_push(Processes({"DOCKER_HOST": "tcp://localhost:1"}), None), Docker)
    assert isinstance(engine_for_push(Processes({}), None), EngineSocket)


def test_an_image_is_told_and_named_and_its_name_taken_away(tmp_path):
    image = {"Id": "sha256:1", "Size": 7, "Config": {"Labels": {"a": "b"}}, "RootFS": {"Layers": ["sha256:1"]}}
    with engine(tmp_path, answer(200, image) + END, answer(201) + END, answer(404, {"message": "no such image"}) + END) as (
        served,
        docker,
    ):
        found = docker.image("a/b:1")
        docker.tag("a/b:1", "localhost:5/a/b", "1")
        docker.untag("localhost:5/a/b:1")
    assert (found.id, found.size, found.labels, found.layers) == ("sha256:1", 7, {"a": "b"}, ("sha256:1",))
    assert served.asked == [
        "GET /images/a/b:1/json HTTP/1.1",
        "POST /images/a/b:1/tag?repo=localhost%3A5%2Fa%2Fb&tag=1 HTTP/1.1",
        "DELETE /images/localhost:5/a/b:1?noprune=1 HTTP/1.1",
    ]


def test_what_it_refuses_is_told_with_what_makes_room(tmp_path):
    refusal, said = answer(500, {"message": "write: no space left on device"}) + END, "refuses: write: no space left"
    with engine(tmp_path, refusal) as (_, docker), pytest.raises(BuildError, match=said) as caught:
        docker.tag("a:1", "b", "1")
    assert caught.value.hint == MAKE_ROOM


def test_a_push_is_told_line_by_line(tmp_path):
    lines = []
    with engine(tmp_path, answer(200, SENDING, {"id": "3f2a", "status": "Pushed"}, DONE) + END) as (served, docker):
        assert docker.push("localhost:5/a", "1", {"username": "AWS", "password": "x"}, lines.append) == "sha256:1"
    assert lines == ["3f2a Pushing", "3f2a Pushed"]
    assert served.asked == ["POST /images/localhost:5/a/push?tag=1 HTTP/1.1"]
    auth = json.loads(base64.urlsafe_b64decode(served.told[0]["X-Registry-Auth"]))
    assert auth == {"username": "AWS", "password": "x"}


def test_one_that_says_nothing_is_a_stall(tmp_path):
    with engine(tmp_path, answer(200, SENDING)) as (served, docker):
        served.wait.clear()
        with pytest.raises(PushError, match="nothing was heard of it for 1 seconds") as caught:
            docker.push("a", "1", {}, print, silence=1)
    assert caught.value.stalled


@pytest.mark.parametrize("events", [[SENDING], [SENDING, DONE]])
def test_an_engine_that_breaks_off_is_gone(tmp_path, events):
    with engine(tmp_path, answer(200, *events)) as (_, docker), pytest.raises(BuildError, match=ENGINE_GONE) as caught:
        docker.push("a", "1", {}, print)
    assert not isinstance(caught.value, PushError)


def test_what_an_engine_says_without_json_is_told(tmp_path):
    refusal = b"HTTP/1.1 500 X\r\nContent-Length: 24\r\n\r\nno space left on device\n"
    with engine(tmp_path, refusal) as (_, docker), pytest.raises(BuildError, match="no space left on device") as caught:
        docker.tag("a:1", "b", "1")
    assert caught.value.hint == MAKE_ROOM


@pytest.mark.parametrize("answers", [[b""], [b"nonsense\r\n\r\n"], []])
def test_an_engine_that_is_gone_is_told(tmp_path, answers):
    with engine(tmp_path, *answers) as (_, docker):
        pass
    with contextlib.ExitStack() as stack:
        if answers:
            (tmp_path / "docker.sock").unlink()
            docker = stack.enter_context(engine(tmp_path, *answers))[1]
        with pytest.raises(BuildError, match=ENGINE_GONE) as caught:
            docker.image("a")
    assert not isinstance(caught.value, PushError)
