"""How commands end: the one place that turns errors into messages and exit codes."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from dockyard.cli import screen
from dockyard.doors.folders import remove_all
from dockyard.doors.process import end_all
from dockyard.errors import ConfigError, DockyardError

GOES_ON = "what was begun in the account goes on there; run the same command again to follow it"
"""What is told of an interrupt, where the command does not say it by the KeyboardInterrupt itself."""


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Within it, what is raised is told: exit 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        yield
        _flush()
    except KeyboardInterrupt as error:
        _interrupted(str(error) or GOES_ON)
    except BrokenPipeError as error:
        _nobody_reads()
        raise SystemExit(1) from error
    except Exception as error:
        known = error if isinstance(error, DockyardError) else _explained(error)
        if known is None:
            try:
                _flush()  # it may be an exit code that is raised
            except BrokenPipeError:
                _nobody_reads()
            raise
        if "--verbose" in sys.argv:
            import traceback  # noqa: PLC0415  # it takes time to import

            traceback.print_exc()
        *first, last = known.problems if isinstance(known, ConfigError) else [str(known)]
        for message in first:
            screen.fault(message, None)
        screen.fault(last, known.hint)
        raise SystemExit(known.exit_code) from error


def _flush() -> None:
    """At the end of Python it would be too late to tell that nobody reads."""
    if sys.stdout:
        sys.stdout.flush()


def _nobody_reads() -> None:
    """Whoever read what we print is gone."""
    with Path(os.devnull).open("w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)


def _interrupted(hint: str) -> None:
    """End at once, with what runs for us and the folders of it; threads that wait for AWS would hold a usual exit up."""
    for number in (signal.SIGINT, signal.SIGTERM):  # one more would leave this, and what runs for us
        signal.signal(number, signal.SIG_IGN)
    end_all()
    remove_all()
    with contextlib.suppress(OSError):  # who reads it may have been interrupted as well
        screen.fault("interrupted", hint)
        sys.stderr.flush()
    os._exit(130)


def _explained(error: Exception) -> DockyardError | None:
    """A file or folder that may not be read or written, what the engine said, and what AWS answered; None for a fault of ours."""
    if isinstance(error, OSError) and error.filename:
        return DockyardError(f"{error.filename}: {error.strerror}")
    from dockyard.doors import aws_faults, docker_faults  # noqa: PLC0415  # boto3 takes a while to import

    return docker_faults.explained(error) or aws_faults.explained(error)
