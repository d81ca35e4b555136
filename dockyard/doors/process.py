"""Other programs: started from argument lists, never from text for a shell."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dockyard.errors import DockyardError

if TYPE_CHECKING:
    import psutil


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it printed, standard error included where nothing else was asked for."""

    code: int
    output: str


_OF_THE_KEYBOARD = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
r"""Ctrl-C, Ctrl-\ and Ctrl-Z."""

_BROUGHT_BY = {
    "cdk": "in the project's folder, run: npm ci (without a package-lock.json: npm install aws-cdk; with Dockyard's Makefile: "
    "make setup); behind a proxy that re-signs TLS, with NODE_EXTRA_CA_CERTS"
}
"""Program to what brings it to where it is looked for."""

_running: set[subprocess.Popen[str]] = set()


_END_SECONDS = 3
"""How long a program may take to end that is asked to."""


def end_all() -> None:
    """End the programs that run for us, in whichever thread, and theirs: we were interrupted. By force where it takes long.

    `docker buildx` runs in a program of its own, and not every `docker` passes a signal on.
    """
    import psutil  # noqa: PLC0415  # it takes time to import, and most commands end well

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


def is_running(pid: int) -> bool:
    """Whether there is a program of this id."""
    import psutil  # noqa: PLC0415  # as of `end_all`

    return psutil.pid_exists(pid)


def _children(pid: int) -> "list[psutil.Process]":
    import psutil  # noqa: PLC0415  # as of `end_all`

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

    def require(self, program: str) -> None:
        """Raise DockyardError where there is no such program."""
        import shutil  # noqa: PLC0415  # of few commands

        if not shutil.which(program, path=self.environment.get("PATH")):
            raise self.lacks(program)

    @staticmethod
    def lacks(program: str) -> DockyardError:
        """That there is no such program, and what brings it."""
        return DockyardError(f"no program {program} on PATH", hint=_BROUGHT_BY.get(program))

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
            raise self.lacks(arguments[0]) from None
        return self.follow(process, on_line)

    @staticmethod
    def follow(process: subprocess.Popen[str], on_line: Callable[[str], None] | None = None) -> Ended:
        """The end of a program that was begun elsewhere, as that of one by `run`."""
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

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

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
        import psutil  # noqa: PLC0415  # as of `end_all`

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
