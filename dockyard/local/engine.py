"""A Docker engine: the one that answers, or one that is installed and started here."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from dockyard.doors.daemon import Daemon
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.errors import PrerequisiteError
from dockyard.progress import Progress, Silent

START_SECONDS = 60
_SUBJECT = "the Docker engine"
Say = Callable[[str], None]


class Engine:
    """The engine of this machine. `folder` keeps what is known of one that was started here."""

    def __init__(self, folder: Path, processes: Processes, say: Say, progress: Progress | None = None) -> None:
        self._folder, self._processes, self._say, self._progress = folder, processes, say, progress or Silent()
        self._daemon = Daemon(folder / "engine.json", folder / "logs" / "engine.log")

    def ensure(self) -> Docker:
        """An engine that answers. Raises PrerequisiteError, with the command to run, where there can be none.

        As root on Debian or Ubuntu the packages are installed where they are missing, and `dockerd` is started without
        systemd; `stop` ends it again.
        """
        docker = Docker(self._processes)
        if docker.answers():
            return docker
        if self._processes.environment.get("DOCKER_HOST"):
            raise PrerequisiteError(f"no Docker engine answers at DOCKER_HOST={self._processes.environment['DOCKER_HOST']}")
        if os.geteuid() != 0:
            raise PrerequisiteError("no Docker engine answers", hint=_by_hand())
        if not shutil.which("dockerd"):
            self._install()
            if (installed := Docker(self._processes)).answers():
                return installed  # a service manager has started it
        self._say("starting the Docker engine")
        self._daemon.start(["dockerd"], self._processes.environment)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            docker = Docker(self._processes)
            if docker.answers():
                return docker
            if not self._daemon.alive():
                break
            time.sleep(0.2)
        tail = self._daemon.tail()
        self._daemon.stop(timeout=30)
        raise PrerequisiteError(f"the Docker engine did not start:\n{tail}", hint=f"whole log: {self._daemon.log}")

    @property
    def pid(self) -> int | None:
        """Process id of the engine that was started here; None where there is none."""
        facts = self._daemon.facts()
        return int(facts["pid"]) if facts else None

    def stop(self) -> None:
        """End the engine that was started here, unless containers of others run on it by now."""
        if not self._daemon.alive():
            return
        docker = Docker(self._processes)
        if docker.answers() and (others := docker.containers()):
            self._say(f"the Docker engine that was started here goes on: {', '.join(others)} still run on it")
            return
        self._daemon.stop(timeout=30)
        self._say("the Docker engine that was started here is stopped")

    def _install(self) -> None:
        if not shutil.which("apt-get"):
            raise PrerequisiteError("no Docker engine is installed", hint=_by_hand())
        self._say("installing the Docker engine (docker.io, from the system's packages): a minute or two, once")
        apt = self._processes.with_environment(DEBIAN_FRONTEND="noninteractive")
        self._progress.update(_SUBJECT, "apt-get update")
        apt.run(["apt-get", "update", "-qq"])
        packages = ["docker.io", "iptables", "debootstrap"]
        buildx = apt.run(["apt-cache", "show", "docker-buildx"])
        if buildx.code == 0 and "Package: docker-buildx" in buildx.output:
            packages.append("docker-buildx")

        def told(line: str) -> None:
            self._progress.update(_SUBJECT, line.strip())

        # The package starts the engine where there is a service manager; here it need not.
        ended = apt.with_environment(RUNLEVEL="1").run(["apt-get", "install", "-y", "-q", *packages], on_line=told)
        if ended.code != 0 or not shutil.which("dockerd"):
            raise PrerequisiteError(
                f"the Docker engine could not be installed:\n{ended.output[-2000:].strip()}", hint="apt-get install -y docker.io"
            )
        self._progress.done(_SUBJECT, "installed")


def _by_hand() -> str:
    if shutil.which("dockerd"):
        return "sudo dockerd &   (or: sudo systemctl start docker)"
    return "sudo apt-get install -y docker.io && sudo usermod -aG docker $USER   (or install Docker Desktop)"
