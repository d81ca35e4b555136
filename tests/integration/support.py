"""A project under test with a local AWS of its own, and requests to what runs in it."""

import base64
import collections
import functools
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.doors.registry import Registry
from dockyard.local.lifecycle import LocalAws

ROOT = Path(__file__).parents[2]
SCRIPTS = [str(Path(sys.executable).parent), str(ROOT / "node_modules/.bin")]
OWN_VARIABLES = ("AWS_", "DOCKYARD_", "CDK_")


def environment() -> dict[str, str]:
    """This environment without anything that points at an AWS, and without the validator of templates, which takes seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return {**kept, "CDK_VALIDATION": "false", "PATH": os.pathsep.join([*SCRIPTS, os.environ["PATH"]])}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def registry_of(ecr, port: int) -> Registry:
    """The registry of the local AWS on this port, with a token."""
    data = ecr.get_authorization_token()["authorizationData"][0]
    username, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
    return Registry(f"localhost:{port}", username, password)


class Site:
    """A project in a folder of its own, with a local AWS of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.port = root, free_port()
        self.local = LocalAws(root / ".dockyard")

    def run(self, *arguments: str, code: int = 0, typed: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the project, with what is typed as its input; its exit code must be `code`."""
        ended = subprocess.run(
            arguments, cwd=self.root, env={**environment(), **variables}, input=typed, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        assert ended.returncode == code, f"{arguments} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended

    def dockyard(
        self, *arguments: str, code: int = 0, typed: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return self.run("dockyard", *arguments, code=code, typed=typed, **variables)

    def up(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.dockyard("up", "--port", str(self.port), *arguments, code=code)

    def in_local_aws(self) -> dict[str, str]:
        """Variables as `eval "$(dockyard local env)"` sets them, asked for once: they are as long the same as the local AWS runs."""
        return {**self._variables}

    @functools.cached_property
    def _variables(self) -> dict[str, str]:
        printed = self.run("bash", "-c", 'eval "$(dockyard local env)"; env -0').stdout
        return dict(line.split("=", 1) for line in printed.split("\0") if "=" in line)

    def account(self) -> dict[str, str]:
        """Those of them that point a command at the local AWS."""
        return {name: value for name, value in self.in_local_aws().items() if name.startswith(("AWS_", "DOCKYARD_"))}

    def cdk(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """The CDK CLI, as a user has it after `eval "$(dockyard local env)"`."""
        ended = subprocess.run(
            ["cdk", *arguments], cwd=self.root, env=self.in_local_aws(), capture_output=True, text=True, timeout=600, check=False
        )
        assert ended.returncode == code, f"cdk {arguments} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended

    def client(self, service: str, region: str = "us-east-1"):
        return boto3.client(
            service, endpoint_url=f"http://localhost:{self.port}", region_name=region, aws_access_key_id="test",
            aws_secret_access_key="test",
        )  # fmt: skip

    def registry(self) -> Registry:
        """Where images are pushed to, with a token."""
        return registry_of(self.client("ecr"), self.port)

    def addresses(self) -> dict[str, str]:
        """Service to address, as the last `up` printed."""
        return {row["service"]: row["address"] for row in map(_row, self.up().stdout.splitlines()[1:])}

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def containers(self, *, ended: bool = False) -> list[str]:
        return Docker(Processes()).containers(self.local.label, ended=ended)


def _row(line: str) -> dict[str, str]:
    service, address = line.split()
    return {"service": service, "address": address}


def get(address: str, **headers: str) -> tuple[int, dict]:
    """Status and JSON of a GET."""
    host, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", f"/{path}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    try:
        return answer.status, json.loads(body)
    except ValueError:
        return answer.status, {"text": body.decode(errors="replace")}


class Requests:
    """Twenty requests a second for as long as the block lasts; what came back, counted by status and version."""

    def __init__(self, address: str, rate: int = 20) -> None:
        self.address, self.rate = address, rate
        self.seen: collections.Counter[tuple[object, str]] = collections.Counter()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self):
        self._main = threading.Thread(target=self._send)
        self._main.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._main.join()
        for thread in self._threads:
            thread.join()

    def _send(self):
        begun = time.monotonic()
        while not self._over.is_set():
            thread = threading.Thread(target=self._one)
            thread.start()
            self._threads.append(thread)
            time.sleep(max(0.0, begun + len(self._threads) / self.rate - time.monotonic()))

    def _one(self):
        try:
            status, body = get(self.address)
            self.seen[status, body.get("version", "")] += 1
        except OSError as error:
            self.seen[repr(error), ""] += 1

    @property
    def failed(self) -> dict:
        return {key: count for key, count in self.seen.items() if key[0] != 200}

    @property
    def versions(self) -> set[str]:
        return {version for _, version in self.seen}


def make_site(folder: Path) -> Site:
    """The sample project, copied."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", ".dockyard")
    for name in ("services", "stacks"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("app.py", "cdk.json", "dockyard.yaml"):
        shutil.copy(ROOT / name, folder)
    return Site(folder)
