"""Other programs: started from argument lists, never from text for a shell."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from dockyard.errors import DockyardError


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it printed, standard error included where nothing else was asked for."""

    code: int
    output: str


_OF_THE_KEYBOARD = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
r"""Ctrl-C, Ctrl-\ and Ctrl-Z."""

_running: set[subprocess.Popen[str]] = set()


_END_SECONDS = 3
"""How long a program may take to end that is asked to."""


def end_all() -> None:
    """End the programs that run for us, in whichever thread, and theirs: we were interrupted. By force where it takes long.

    `docker buildx` runs in a program of its own, and not every `docker` passes a signal on.
    """
    asked = list(_running)
    theirs = [child for process in asked for child in _children(process.pid)]
    every: list[subprocess.Popen[str] | psutil.Process] = [*asked, *theirs]
    for one in every:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.terminate()
    end = time.monotonic() + _END_SECONDS
    for process in asked:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
    psutil.wait_procs(theirs, max(0.0, end - time.monotonic()))
    for one in every:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


class Processes:
    """Starts programs. `environment` is what they see of the environment."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.environment = dict(os.environ if environment is None else environment)

    def with_environment(self, **variables: str) -> "Processes":
        """The same, with these variables added."""
        return Processes({**self.environment, **variables})

    def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        with_errors: bool = True,
    ) -> Ended:
        """Run to the end; each line goes to `on_line` as it comes. Raises DockyardError where there is no such program.

        When this is interrupted, the program is ended first.

        :param with_errors: whether what it prints to standard error is part of its output. Else nobody hears of it.
        """
        try:
            process = subprocess.Popen(
                arguments,
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
                text=True,
                errors="replace",
            )
        except FileNotFoundError:
            raise DockyardError(f"no program {arguments[0]} on PATH") from None
        assert process.stdout  # noqa: S101  # it is a pipe
        lines = []
        _running.add(process)
        try:
            for line in process.stdout:
                lines.append(line)
                if on_line:
                    on_line(line.rstrip("\n"))
            return Ended(process.wait(), "".join(lines))
        except BaseException:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        finally:
            _running.discard(process)
            process.stdout.close()

    def attached(self, arguments: Sequence[str]) -> int:
        """Run to the end with our own input and output; its exit code. What the keyboard signals is for the program."""
        before = {number: signal.signal(number, lambda *_: None) for number in _OF_THE_KEYBOARD}
        try:
            return subprocess.run(arguments, env=self.environment, check=False).returncode
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Talk:
    """A program that is asked by a line, and answers by one, until it is ended. What it prints beside is not heard."""

    def __init__(self, processes: Processes, arguments: Sequence[str], cwd: Path) -> None:
        self._process = subprocess.Popen(
            arguments, cwd=cwd, env=processes.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip  # in a session of its own, Ctrl-C is ours
        _running.add(self._process)

    def ask(self, line: str) -> str | None:
        """The answer; None where it has ended."""
        assert self._process.stdin and self._process.stdout  # noqa: S101  # they are pipes
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except OSError:
            return None
        return self._process.stdout.readline() or None

    def end(self) -> None:
        """End it, and what it has started."""
        every: list[subprocess.Popen[str] | psutil.Process] = [*_children(self._process.pid), self._process]
        for one in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._process.kill()
        _running.discard(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


class Daemon:
    """A program that goes on when this one has ended: its process id is kept in a file, its output in a log.

    An id may be given to another process later, so the start time is kept with it, and only the very process is ended. The
    file names itself: in a copy of its folder it says nothing, for the process is the original's.
    """

    def __init__(self, file: Path, log: Path) -> None:
        self._file, self.log = file, log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], **facts: object) -> None:
        """Start it in a session of its own; `facts` are kept beside its id."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                arguments, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        started = psutil.Process(self._child.pid).create_time()
        self._file.write_text(
            json.dumps({"pid": self._child.pid, "started": started, "file": str(self._file.resolve()), **facts})
        )

    def facts(self) -> dict[str, Any] | None:
        """What is known of the running process; None where it does not run."""
        return self._read() if self.alive() else None

    def alive(self) -> bool:
        """Whether the very process runs."""
        return self._process() is not None

    def stop(self, timeout: float) -> bool:
        """End it, by force after `timeout` seconds; False where it did not run. Its file is removed either way."""
        process = self._process()
        if process is not None:
            process.terminate()
            if not self._ended(timeout):
                process.kill()
                self._ended(timeout)
        if self._child:
            self._child.wait(timeout)
        self._file.unlink(missing_ok=True)
        return process is not None

    def _ended(self, timeout: float) -> bool:
        """Whether it ends in time. One that its parent has not noticed yet has ended as well."""
        end = time.monotonic() + timeout
        while self.alive() and time.monotonic() < end:
            if self._child:
                self._child.poll()
            time.sleep(0.02)
        return not self.alive()

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.is_file() else ""

    def _read(self) -> dict[str, Any]:
        """What was noted; nothing where there is no file, or it is damaged."""
        try:
            facts = json.loads(self._file.read_text())
            original = Path(facts["file"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return {}
        return facts if original == self._file.resolve() or not original.exists() else {}

    def _process(self) -> psutil.Process | None:
        facts = self._read()
        try:
            process = psutil.Process(facts["pid"])
            same = abs(process.create_time() - facts["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except (KeyError, TypeError, ValueError, OverflowError, psutil.NoSuchProcess):  # also where the file is damaged
            return None
        return process if same else None


def holder_of(port: int) -> str | None:
    """Who listens on this port of the machine, as `name (process 123)`; None where nobody does, or where it is hidden."""
    try:
        found = next((one for one in _listening() if one.laddr.port == port), None)
    except psutil.AccessDenied:  # macOS tells it to root alone
        with socket.socket() as probe:
            return "another process" if probe.connect_ex(("127.0.0.1", port)) == 0 else None
    if found is None:
        return None
    if found.pid is None:
        return "a process of another user"
    try:
        return f"{' '.join(psutil.Process(found.pid).cmdline())[:100]} (process {found.pid})"
    except psutil.NoSuchProcess:
        return f"process {found.pid}"


def silent(interfaces: Mapping[str, str]) -> set[str]:
    """Those of these network interfaces that this machine has, with just this address, and where nobody listens on it.

    None where that is hidden. An address alone does not tell: that of a bridge of Docker is on many machines.
    """
    own = psutil.net_if_addrs()
    here = {name for name, address in interfaces.items() if address in {one.address for one in own.get(name, [])}}
    try:
        listening = {one.laddr.ip for one in _listening()}
    except psutil.AccessDenied:
        return set()
    return {name for name in here if interfaces[name] not in listening}


def _listening() -> list[Any]:
    return [one for one in psutil.net_connections(kind="tcp") if one.status == psutil.CONN_LISTEN and one.laddr]
