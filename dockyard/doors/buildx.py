"""Programs that build with BuildKit, and the builders that buildx knows."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from dockyard.doors.process import Processes


@dataclass(frozen=True)
class Cli:
    """A `docker` program that can build with BuildKit."""

    program: str
    buildx: bool
    """Whether by its buildx plug-in; else by the BuildKit client that CLIs before 23 have built in."""


def programs(processes: Processes) -> Iterator[str]:
    """Every `docker` on PATH, and the one where Debian has it."""
    folders = processes.environment.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which("docker", path=folder) for folder in [*folders, "/usr/bin"])
    yield from dict.fromkeys(path for path in found if path)


def find_cli(processes: Processes) -> Cli | None:
    """The first `docker` that builds with BuildKit: by buildx, or, before version 23, by itself."""
    found = list(programs(processes))
    for program in found:
        if processes.run([program, "buildx", "version"]).code == 0:
            return Cli(program, buildx=True)
    for program in found:
        version = re.search(r"version (\d+)\.", processes.run([program, "--version"]).output)
        if version and int(version[1]) < 23:
            return Cli(program, buildx=False)
    return None


def driver_of(processes: Processes, program: str, builder: str) -> str | None:
    """How a builder of buildx is reached: `docker`, `docker-container`, `kubernetes`, `remote`; None where there is none of
    that name. https://docs.docker.com/build/builders/drivers/
    """
    ended = processes.run([program, "buildx", "inspect", builder])
    match = re.search(r"^Driver:\s+(\S+)", ended.output, re.MULTILINE)
    return match[1] if ended.code == 0 and match else None
