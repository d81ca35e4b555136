"""Builds by the `docker` program that has BuildKit."""

import functools
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from dockyard.doors.buildx import Cli, driver_of, find_cli
from dockyard.doors.docker_config import configured
from dockyard.doors.process import Processes
from dockyard.doors.registry import Registry
from dockyard.doors.waiting import GIT_INFO, Waiting
from dockyard.threads import Threads

_NO_PROVENANCE = "--provenance=false"


@dataclass(frozen=True)
class LocalImage:
    """What the engine tells of an image that it has."""

    id: str
    """What the engine calls it, whatever name it has."""
    size: int
    """Bytes, unpacked."""
    labels: Mapping[str, str]
    layers: tuple[str, ...]
    """Digests, from its base up."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "LocalImage":
        """https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect"""
        labels, layers = (told.get("Config") or {}).get("Labels"), told["RootFS"].get("Layers")
        return cls(told["Id"], int(told["Size"]), labels or {}, tuple(layers or ()))


class BuildKit:
    """What can be had of an engine without its API: its client takes longer to import than a build of one changed line."""

    def __init__(self, processes: Processes, cli: Cli | None = None, waiting: Waiting | None = None) -> None:
        """Make it.

        :param cli: where it is known. Default: it is looked for.
        :param waiting: a buildx for the first build.
        """
        self._processes, self._waiting = processes, waiting
        if cli:
            self.cli = cli
        self._logins: dict[str, Registry] = {}
        self._looked_for: Future[Cli | None] | None = None

    @functools.cached_property
    def cli(self) -> Cli | None:
        """The `docker` program that builds with BuildKit; None where there is none."""
        return self._looked_for.result() if self._looked_for else find_cli(self._processes)

    def look_for_cli(self) -> None:
        """Begin to look for `cli`, beside whatever else is done: a program of Go takes a twentieth of a second to start."""
        self._looked_for = self._looked_for or Threads(1).submit(find_cli, self._processes)

    def driver(self, builder: str) -> str | None:
        """How a builder of buildx is reached; None where there is none of that name, or no buildx."""
        return driver_of(self._processes, self.cli, builder) if self.cli and self.cli.buildx else None

    def build(
        self, arguments: list[str], *, buildkit: bool, on_line: Callable[[str], None], registry: Registry | None = None
    ) -> int:
        """Run the CLI's build with these arguments; its exit code. It knows this registry beside those of `login`."""
        assert self.cli  # noqa: S101  # the caller chose this builder because there is one
        variables = {"DOCKER_BUILDKIT": "1"} if buildkit else {}
        if _NO_PROVENANCE in arguments and GIT_INFO not in self._processes.environment:
            variables[GIT_INFO] = "false"
        logins = {**self._logins, **({registry.host: registry} if registry else {})}
        if self._waiting and self._waiting.plugin == self.cli.plugin and not logins:
            code = self._waiting.build(arguments, on_line)
            if code is not None:
                return code
        with configured(self._processes.environment, logins.values()) as configuration:
            processes = self._processes.with_environment(**variables, **configuration)
            return processes.run(self.cli.command(*arguments), on_line=on_line).code

    def login(self, registry: Registry) -> None:
        """Let builds, and `pull`, use this registry; the configuration of the machine's `docker` stays as it is."""
        self._logins[registry.host] = registry

    def answers(self) -> bool:
        """Whether an engine is there, now."""
        return bool(self.cli and self._processes.run([self.cli.program, "version"]).code == 0)
