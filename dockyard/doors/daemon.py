"""Programs that go on when this one has ended."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil


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
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
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
