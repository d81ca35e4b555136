"""How a container is started, kept and ended."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem, show


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


def runtime_problems(kind: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings that do not go together."""
    restart = raw.get("restart")
    ignored = restart.get("ignored_exit_codes", []) if isinstance(restart, dict) else None
    if kind in ("job", "task") and isinstance(ignored, list) and 0 not in ignored:
        yield Problem(("restart", "ignored_exit_codes"), f"should have 0: a {kind} that has done its work would be started again")
    if raw.get("exec") is True and raw.get("read_only") is True:
        yield Problem(("exec",), "needs files that it can write, and read_only is true; keep one of both")
