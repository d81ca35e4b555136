"""Time and memory of a command, and the time until a change answers."""

import datetime
import http.client
import json
import os
import platform
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Cost:
    """What a command cost."""

    seconds: float
    """Of the wall clock."""
    mib: float = 0.0
    """The most memory that it and its children held together, where that was watched."""


def command(arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], watched: bool = False) -> Cost:
    """Run a command to its end. Raises RuntimeError where it fails.

    :param watched: whether its memory is looked at, which costs processor time that the command may want.
    """
    begun = time.monotonic()
    with subprocess.Popen(
        arguments, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watcher = _Memory(process.pid)
        if watched:
            watcher.start()
        output, _ = process.communicate(timeout=900)
        seconds = time.monotonic() - begun
        if watched:
            watcher.over.set()
            watcher.join()
    if process.returncode:
        raise RuntimeError(f"{arguments} failed:\n{output[-3000:]}")
    return Cost(seconds, watcher.peak / 2**20)


def until_answer(address: str, version: str, begin: Callable[[], object]) -> tuple[float, float]:
    """Seconds until `address` answers with this version, and until `begin`, which makes it so, has ended."""
    ended: list[float] = []
    begun = time.monotonic()

    def run() -> None:
        begin()
        ended.append(time.monotonic() - begun)

    thread = threading.Thread(target=run)
    thread.start()
    while _version(address) != version:
        if not thread.is_alive() and time.monotonic() - begun > 120:
            raise RuntimeError(f"{address} does not answer with version {version}")
        time.sleep(0.05)
    answered = time.monotonic() - begun
    thread.join()
    return answered, ended[0]


def _version(address: str) -> str | None:
    host, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", f"/{path}")
        return str(json.loads(connection.getresponse().read())["version"])
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def heading(rounds: int) -> list[str]:
    """The first lines of the table: when and where, and its columns."""
    today = datetime.datetime.now(datetime.UTC).date()
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {rounds} rounds, medians (range)"
    return [f"{today}, {where}\n", "| | Dockyard | plain CDK | | plain CDK / Dockyard |\n|---|---|---|---|---|"]


def row(name: str, ours: list[float], peer: list[float], unit: str = "s") -> str:
    """One line of the table: medians, ranges, and the peer's over ours."""
    return f"| {name} | {spread(ours)} | {spread(peer)} | {unit} | **{statistics.median(peer) / statistics.median(ours):.1f}** |"


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


class _Memory(threading.Thread):
    """Looks at the resident memory of a process and its children twenty times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.peak, self.over = pid, 0, threading.Event()

    def run(self) -> None:
        """Until it is over."""
        while not self.over.wait(0.05):
            try:
                process = psutil.Process(self._pid)
                total = sum(p.memory_info().rss for p in [process, *process.children(recursive=True)])
            except psutil.NoSuchProcess:
                continue
            self.peak = max(self.peak, total)
