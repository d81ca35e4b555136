"""How a container is started, kept and ended."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem
from dockyard.config.shown import show


def _as_words(value: Any) -> Any:
    """A line as a shell would split it; no shell runs."""
    if not isinstance(value, str):
        return value
    try:
        return shlex.split(value)
    except ValueError as error:
        raise ValueError(f"should be a command line, got {show(value)}: {str(error).lower()}") from None


Words = Annotated[
    tuple[Annotated[str, Field(strict=True)], ...],
    BeforeValidator(_as_words),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
"""A command: a list of words, or a line, which is split as a shell does and not run by one."""


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


User = Annotated[str, Field(min_length=1), BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "integer"]})]

ContainerPath = Annotated[
    str, words("an absolute path in the container, without `..`", r"(?!.*/\.\.?(/|$))(/[^/:\s\x00-\x1f]+)+/?")
]
"""A path other than `/`."""

Limit = Literal[
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
    "sigpending", "stack",
]  # fmt: skip
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html"""


class Restart(Model):
    """A container that ends is started again in its task, which is quicker than another task.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """

    ignored_exit_codes: tuple[Annotated[int, number(0, 255)], ...] = Field(default=(), max_length=50)
    """Exit codes after which it is not started again."""
    attempt_period: Annotated[int, number(60, 1800, "seconds")] = 300
    """How long it must have run to be started again."""


class Runtime(Model):
    """What a service's own container and its sidecars have in common."""

    command: Words | None = None
    """What it runs, in place of the image's CMD: a list of words, or a line, which is split as a shell does."""
    entry_point: Words | None = None
    """What it runs, in place of the image's ENTRYPOINT. The image's CMD then counts for nothing."""
    user: User | None = None
    """User that it runs as, in place of the image's USER: `1000`, `1000:1000` or a name."""
    stop_timeout: Annotated[int, number(2, 120, "seconds")] | None = None
    """How long it has between SIGTERM and SIGKILL. Default: 30; of a worker as long as a message is hidden."""
    init: bool = True
    """Whether a small init is process 1, which passes SIGTERM on and reaps what the app leaves behind."""
    restart: Restart | None = None
    """When it is started again in its task. Default: never; ECS replaces the task."""
    ulimits: dict[Limit, Annotated[int, number(-1, 2**31 - 1)]] = Field(default_factory=dict)
    """Limits of its processes, soft and hard, by name: `nofile: 65536`. -1 is none."""
    read_only: bool = False
    """Whether it can write none of its files but those below `writable` and on volumes."""
    writable: dict[ContainerPath, Annotated[int, number(1, 122880, "MiB")]] = Field(default_factory=dict)
    """Folders in memory that anyone in the container may write, each with the most that it takes of the task's memory. They
    are empty at first and go with the container."""


def runtime_problems(kind: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings that do not go together."""
    restart = raw.get("restart")
    ignored = restart.get("ignored_exit_codes", []) if isinstance(restart, dict) else None
    if kind in ("job", "task") and isinstance(ignored, list) and 0 not in ignored:
        yield Problem(("restart", "ignored_exit_codes"), f"should have 0: a {kind} that has done its work would be started again")
    memory = raw.get("memory", 512)
    folders = [size for size in _mapping(raw.get("writable")).values() if isinstance(size, int)]
    if isinstance(memory, int) and sum(folders) >= memory > 0:
        message = f"should be less than memory ({memory} MiB) together, as they are part of it, got {sum(folders)}"
        yield Problem(("writable",), message)
    if raw.get("exec") is True and raw.get("read_only") is True:
        yield Problem(("exec",), "needs files that it can write, and read_only is true; keep one of both")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
