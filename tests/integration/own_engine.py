"""A Docker engine of a test's own, to be killed or filled; it uses the machine's network and nothing else of it."""

import os
import secrets
import subprocess
import time
from pathlib import Path

import docker as client
import pytest

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from tests.integration.support import environment

START_SECONDS = 60
_IN_ITS_NAMESPACES = """
mount -t tmpfs tmpfs /run && mkdir -p "$1/data"
[ -z "$2" ] || mount -t tmpfs -o size="$2" tmpfs "$1/data"
exec dockerd --host "unix://$1/engine.sock" --data-root "$1/data" --exec-root /run/docker --pidfile /run/docker.pid \
  --bridge="$3" --iptables=false
"""
"""With no bridge at all it would remove the one of the machine's engine. Its containerd has its socket in /run, so that the machine's is not found; as process 1 it takes all of its own with it."""


class OwnEngine:
    """One engine, which keeps what it has from one start to the next. `size` is that of its disk in memory, as 64m.

    Used as `with OwnEngine(folder) as engine`.
    """

    def __init__(self, folder: Path, size: str = "") -> None:
        self.folder, self.size = folder, size
        self.host = f"unix://{folder}/engine.sock"
        self.environment = {**environment(), "DOCKER_HOST": self.host}
        self._process: subprocess.Popen[bytes] | None = None
        self._bridge = f"dockyard-{secrets.token_hex(3)}"
        """A network of the machine's engine, for its bridge; a name of 15 letters is the longest."""

    def __enter__(self) -> "OwnEngine":
        if os.geteuid() != 0:
            pytest.skip("an engine of one's own needs root")
        made = client.from_env().networks.create(self._bridge, options={"com.docker.network.bridge.name": self._bridge})
        self._remove_bridge = made.remove
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._remove_bridge()

    @property
    def docker(self) -> Docker:
        return Docker(Processes(self.environment))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "engine.sock").unlink(missing_ok=True)
        with (self.folder / "engine.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", _IN_ITS_NAMESPACES, "sh",
                 str(self.folder), self.size, self._bridge],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while not self.docker.answers():
            log_text = (self.folder / "engine.log").read_text(errors="replace")
            assert self._process.poll() is None and time.monotonic() < end, f"the engine did not start: {log_text[-2000:]}"
            time.sleep(0.1)

    def restart(self) -> None:
        """Start it where it does not run."""
        if not self.docker.answers():
            self.start()

    def kill(self) -> None:
        """End it as a machine ends that loses its power."""
        if self._process:
            self._process.kill()
            self._process.wait()
