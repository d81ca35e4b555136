"""A builder of buildx that is reached over TCP, as one on another machine: BuildKit of the engine in use, by its API."""

import contextlib
import socket
import subprocess
import threading

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from tests.integration.support import environment

_UPGRADE = b"POST /grpc HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n"
"""As buildx's own driver for engines asks for it (https://docs.docker.com/reference/api/engine/version/v1.45/#tag/Session)."""


def why_not(docker: Docker) -> str | None:
    """Why this machine has no such builder; None where it can have one."""
    if not (docker.cli and docker.cli.buildx):
        return "docker buildx is not on this machine"
    if not docker.keeps_indexes:
        return "the engine's BuildKit cannot push: it has no image store of containerd"
    return None


class RemoteBuilder:
    """Its name; a driver `remote` of buildx, in a configuration of its own."""

    name = "far"

    def __init__(self, docker: Docker, folder: str) -> None:
        self.variables = {**environment(), "BUILDX_CONFIG": folder}
        self._program = docker.cli.program
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> "RemoteBuilder":
        self._threads[0].start()
        address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        command = [self._program, "buildx", "create", "--name", self.name, "--driver", "remote", address]
        subprocess.run(command, env=self.variables, check=True, capture_output=True)
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()

    @property
    def processes(self) -> Processes:
        """Starts programs that know the builder."""
        return Processes(self.variables)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self.variables.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
            self._open += [client, engine]
            engine.sendall(_UPGRADE)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += engine.recv(1)
            assert head.startswith(b"HTTP/1.1 101 "), head
            for source, target in ((client, engine), (engine, client)):
                self._threads.append(threading.Thread(target=_copy, args=(source, target)))
                self._threads[-1].start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
