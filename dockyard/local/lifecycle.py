"""The local AWS: its start, its end, and what is known of it in between."""

import hashlib
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from dockyard.build.bases import STAND_INS
from dockyard.doors.daemon import Daemon
from dockyard.doors.docker import Docker
from dockyard.doors.ports import holder_of, silent
from dockyard.errors import DockyardError, PrerequisiteError
from dockyard.local import kept as kept_account
from dockyard.local.trusted import AUTHORITY, CERTIFICATE, folder

DEFAULT_PORT = 4566
REGION = "us-east-1"
ACCOUNT = "000000000000"
"""What the account is called where the project does not say."""
START_SECONDS = 30
STOP_SECONDS = 10
_LATE_SECONDS = 0.5
"""A container whose creation was under way when its maker ended may come as late as this."""
_PASSED_ON = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "LANG", "TZ", "XDG_CACHE_HOME")

_ACCOUNTS_PARTS = (kept_account.SERVICES, "s3")
"""Folders of the state that are the account's; they go where it is not to be kept."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Not by a proxy: it does not know this machine."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Status:
    """A running local AWS."""

    pid: int
    port: int
    persist: bool
    """Whether its account is kept when it ends."""
    started: float
    """Seconds since 1970."""
    containers: tuple[str, ...]


class LocalAws:
    """The local AWS of one project. `folder` is Dockyard's own in the project; `without` names extensions to leave out."""

    def __init__(self, folder: Path, without: Sequence[str] = ()) -> None:
        self.folder, self._without = folder, without
        self._state = folder / "local"
        self._kept = self._state / kept_account.FILE
        self._daemon = Daemon(self._state / "server.json", folder / "logs" / "local-aws.log")
        self.name = "dockyard-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
        """Of its Docker network, and of its containers' labels together with the port."""

    @property
    def stand_ins(self) -> Path:
        """File that lists the stand-ins."""
        return self._state / "stand-ins.json"

    @property
    def port(self) -> int | None:
        """The port where it listens; None where it does not run."""
        facts = self._daemon.facts()
        return int(facts["port"]) if facts else None

    def up(self, docker: Docker, port: int | None, account: str | None, say: Say, persist: bool | None = None) -> int:
        """Start it, or find it running; its port. What a killed one left is removed first.

        With `persist` its account is kept when it ends, and comes back at the next start; by default that is as it was last.
        Raises PrerequisiteError where another program holds the port, or where it runs, or its account was kept, with
        another port, account or `persist`; and where what was kept is damaged.
        """
        if facts := self._daemon.facts():
            self._refuse_another(facts, port, account, persist, "runs")
            return int(facts["port"])
        kept = {} if persist is False else kept_account.account(self._state)
        if kept:
            self._refuse_another(kept, port, account, persist, "was kept")
            port, account, persist = kept["port"], kept["account"], True
        if persist:
            kept_account.check(self._state)
        if kept:
            say("the account that was kept comes back")
        port = port or DEFAULT_PORT
        if holder := holder_of(port):
            raise PrerequisiteError(
                f"port {port} is in use by {holder}", hint=f"end it, or give the local AWS another: --port {port + 1}"
            )
        self._sweep(docker)
        sweep_networks(docker)
        say("starting the local AWS")
        gateway = docker.network_gateway(self.name, {"dockyard.local": self.name})
        (self._state / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._start(port, gateway, account or ACCOUNT, bool(persist))
        except BaseException:
            docker.remove_networks(self.label)
            raise
        return port

    def _refuse_another(
        self, facts: Mapping[str, object], port: int | None, account: str | None, persist: bool | None, how: str
    ) -> None:
        ways = {"runs": "local down, which empties its account", "was kept": "local up --no-persist, which gives it up"}
        for what, wanted in (("port", port), ("account", account), ("persist", persist)):
            if wanted not in (None, facts[what]):
                raise PrerequisiteError(
                    f"the local AWS of this project {how} with {what} {facts[what]}, and {wanted} is wanted",
                    hint=f"leave out the {what}, or run first: dockyard {ways[how]}",
                )

    def down(self, docker: Docker | None) -> bool:
        """End it and remove its containers and networks; False where it did not run. The built images stay."""
        was_running = self._daemon.stop(STOP_SECONDS)
        if docker:
            if was_running:
                self._sweep(docker)
                time.sleep(_LATE_SECONDS)
            self._sweep(docker)
            docker.remove_networks(self.label)
        return was_running

    def reset(self, docker: Docker) -> None:
        """Make the account empty: its resources and its containers go, the process stays. Raises PrerequisiteError."""
        port = self.port
        if port is None:
            raise PrerequisiteError("the local AWS does not run", hint="run: dockyard local up")
        with _DIRECT.open(_request(port, "/_ministack/reset", "POST"), timeout=60) as answer:
            answer.read()
        self._sweep(docker)

    def status(self, docker: Docker) -> Status | None:
        """What runs; None where it does not."""
        facts = self._daemon.facts()
        if not facts:
            return None
        return Status(facts["pid"], facts["port"], facts["persist"], facts["started"], tuple(docker.containers(self.label)))

    def resources(self) -> dict[str, Any]:
        """Types of the resources of its stacks, with their numbers: those that are `acting`, `simulated`, and `stored_only`.

        Empty where it does not run, or was started by a Dockyard that did not tell.
        """
        port = self.port
        if port is None:
            return {}
        try:
            with _DIRECT.open(_request(port, "/_dockyard/status"), timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return {}
        return found

    def environment(self) -> dict[str, str]:
        """Variables that point any AWS tool, and a synth, at the local AWS. Raises PrerequisiteError where it does not run."""
        port = self.port
        if port is None:
            raise PrerequisiteError("the local AWS does not run", hint="run: dockyard local up")
        return {
            "AWS_ENDPOINT_URL": f"http://localhost:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            STAND_INS: str(self.stand_ins.resolve()),
            AUTHORITY: str(folder(os.environ.get("XDG_CACHE_HOME")) / CERTIFICATE),
        }

    @property
    def label(self) -> str:
        """Label of its containers."""
        return f"dockyard.local={self.name}"

    def _sweep(self, docker: Docker) -> None:
        """Remove the containers of this local AWS and their volumes, whichever process started them."""
        docker.remove_containers(self.label)
        docker.remove_volumes(self.label)

    def _start(self, port: int, gateway: str, account: str, persist: bool) -> None:
        if persist:
            self._kept.write_text(json.dumps({"port": port, "account": account, "persist": True}))
        else:
            self._kept.unlink(missing_ok=True)
            for part in _ACCOUNTS_PARTS:
                shutil.rmtree(self._state / part, ignore_errors=True)
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        arguments = [
            sys.executable, "-m", "dockyard.local.server", "--port", str(port), "--name", self.name,
            "--gateway", gateway, "--account", account,
            "--state", str(self._state.resolve()),
            *(["--persist"] if persist else []), *(f"--without={name}" for name in self._without),
        ]  # fmt: skip
        self._daemon.log.unlink(missing_ok=True)
        self._daemon.start(arguments, environment, port=port, account=account, persist=persist)
        try:
            self._await_answer(port)
        except BaseException:
            self._daemon.stop(STOP_SECONDS)
            raise

    def _await_answer(self, port: int) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self._daemon.alive():
                raise DockyardError(f"the local AWS ended at its start:\n{self._daemon.tail()}")
            try:
                with _DIRECT.open(_request(port, "/_ministack/health"), timeout=2) as answer:
                    json.load(answer)
                    return
            except (OSError, urllib.error.URLError, ValueError):
                time.sleep(0.05)
        raise DockyardError(f"the local AWS does not answer after {START_SECONDS} seconds:\n{self._daemon.tail()}")


def sweep_networks(docker: Docker, label: str = "dockyard.local", age: timedelta = timedelta(minutes=10)) -> None:
    """Remove the networks of every local AWS that was killed: the engine has about thirty, and then none for anybody.

    One that runs listens in its network; one that starts has made its network a moment ago.
    """
    bridges = {f"br-{id[:12]}": (id, address) for id, address in docker.idle_networks(label, age).items()}
    for bridge in silent({name: address for name, (_, address) in bridges.items()}):
        docker.remove_network(bridges[bridge][0])


def _request(port: int, path: str, method: str = "GET") -> urllib.request.Request:
    return urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)  # this machine
