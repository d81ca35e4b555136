"""Programs that build with BuildKit, and the builders that buildx knows."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dockyard.doors.files import content
from dockyard.doors.process import Ended, Processes

_PLUGIN = "docker-buildx"
_PLACES = tuple(Path("/usr") / f"{folder}/docker/cli-plugins" for folder in ("local/lib", "local/libexec", "lib", "libexec"))
"""Where plug-ins are beside the user's, in the order of `docker`. https://github.com/docker/cli/tree/master/cli-plugins/manager"""


@dataclass(frozen=True)
class Cli:
    """A `docker` program that can build with BuildKit."""

    program: str
    buildx: bool
    """Whether by its buildx plug-in; else by the BuildKit client that CLIs before 23 have built in."""
    plugin: str = ""
    """The plug-in, where it is known. It runs by itself, and `docker` takes a twentieth of a second to find it and to ask it."""

    def command(self, *arguments: str) -> list[str]:
        """What runs `docker` with these arguments."""
        if self.plugin and arguments[0] == "buildx":
            return [self.plugin, *arguments[1:]]
        return [self.program, *arguments]


def programs(processes: Processes) -> Iterator[str]:
    """Every `docker` on PATH, and the one where Debian has it."""
    folders = processes.environment.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which("docker", path=folder) for folder in [*folders, "/usr/bin"])
    yield from dict.fromkeys(path for path in found if path)


def find_cli(processes: Processes) -> Cli | None:
    """The first `docker` that builds with BuildKit: by buildx, or, before version 23, by itself."""
    found = list(programs(processes))
    for program in found:
        version = processes.run([program, "buildx", "version"])
        if version.code == 0:
            plugin = _plugin(processes.environment)
            return Cli(program, buildx=True, plugin=plugin if plugin and _says(processes, plugin, version) else "")
    for program in found:
        told = re.search(r"version (\d+)\.", processes.run([program, "--version"]).output)
        if told and int(told[1]) < 23:
            return Cli(program, buildx=False)
    return None


def may_be_called(plugin: str, environment: Mapping[str, str]) -> bool:
    """Whether a plug-in is there, and finds the engine without `docker`: what DOCKER_TLS_VERIFY says, `docker` alone knows.

    https://github.com/docker/compose/issues/12679
    """
    by_tls = any(environment.get(name) for name in ("DOCKER_TLS_VERIFY", "DOCKER_TLS"))
    return not by_tls and os.path.isfile(plugin) and os.access(plugin, os.X_OK)  # noqa: PTH113  # also where the name is none


def _says(processes: Processes, plugin: str, version: Ended) -> bool:
    with contextlib.suppress(OSError):  # it is for another processor, or no program
        return processes.run([plugin, "version"]) == version
    return False


def _plugin(environment: Mapping[str, str]) -> str:
    """Where the plug-in is that `docker` takes, if it may be called; else nothing."""
    folder = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME") or Path.home()) / ".docker")
    more: list[Path] = []
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        more = [Path(place) for place in json.loads(content(folder / "config.json"))["cliPluginsExtraDirs"]]
    files = (str(place / _PLUGIN) for place in (*more, folder / "cli-plugins", *_PLACES))
    return next((file for file in files if may_be_called(file, environment)), "")


def driver_of(processes: Processes, cli: Cli, builder: str) -> str | None:
    """How a builder of buildx is reached: `docker`, `docker-container`, `kubernetes`, `remote`; None where there is none of
    that name. https://docs.docker.com/build/builders/drivers/
    """
    ended = processes.run(cli.command("buildx", "inspect", builder))
    match = re.search(r"^Driver:\s+(\S+)", ended.output, re.MULTILINE)
    return match[1] if ended.code == 0 and match else None
