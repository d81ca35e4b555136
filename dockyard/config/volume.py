"""The `volumes` part of a service.yaml: folders that are kept elsewhere than in the container."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem, all_of
from dockyard.config.runtime import ContainerPath

VolumeName = Annotated[str, words("a name of up to 60 letters, digits, `_` and `-`", r"[A-Za-z0-9_-]{1,60}")]

KEYS = {"size": "ebs", "file_system": "efs", "access_point": "efs", "security_group": "efs"}
"""Keys of one type of volume only."""
SERVICES = ("web", "backend", "worker")
"""Kinds that ECS runs as a service."""


def _id(prefix: str) -> Any:
    return words(f"an id such as {prefix}-0123456789abcdef0", rf"{prefix}-[0-9a-f]{{8,40}}")


class Volume(Model):
    """A folder that goes with the task, or stays."""

    path: ContainerPath
    """Where the container has it."""
    read_only: bool = False
    """Whether the container can only read it."""
    type: Literal["ephemeral", "efs", "ebs"] = "ephemeral"
    """`ephemeral`: on the task's own disk, for containers of one task to share; root's, unless the image has a VOLUME there (an
    app without a Dockerfile writes to it with `user: root`). `efs`: files that all tasks share, and that stay when the service is
    deleted. `ebs`: a disk of its own for each task, which goes with it."""
    size: Annotated[int, number(1, 16384, "GiB")] | None = None
    """Of type ebs: its size."""
    file_system: Annotated[str, _id("fs")] | None = None
    """Of type efs: one that is there already. Default: made with the service, encrypted and backed up."""
    access_point: Annotated[str, _id("fsap")] | None = None
    """Of a file system that is there already: by which access point. Default: all of it."""
    security_group: Annotated[str, _id("sg")] | None = None
    """Of a file system that is there already: that of its mount targets, which is to let the tasks in. Default: it does."""

    @model_validator(mode="after")
    def _of_its_type(self) -> "Volume":
        for key, type in KEYS.items():
            if getattr(self, key) is not None and self.type != type:
                raise ValueError(f"{key} is of type {type}, got {self.type}")
        if self.type == "ebs" and self.size is None:
            raise ValueError("size is required of type ebs, in GiB")
        for key in ("access_point", "security_group"):
            if self.file_system is None and getattr(self, key) is not None:
                raise ValueError(f"{key} is of a file system that is there already: give file_system, or remove it")
        return self


def volume_problems(kind: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Volumes that do not go together, or not with this kind."""
    volumes = {name: one for name, one in _mapping(raw.get("volumes")).items() if isinstance(one, dict)}
    paths: dict[str, str] = {}
    for path in map(str, _mapping(raw.get("writable"))):
        paths[path.rstrip("/")] = "writable"
    for name, one in volumes.items():
        path = str(one.get("path")).rstrip("/")
        other = paths.setdefault(path, f"volume {name}")
        if other != f"volume {name}" and "path" in one:
            yield Problem(("volumes", name, "path"), f"{path} is of {other} as well; give it another")
    disks = [name for name, one in volumes.items() if one.get("type") == "ebs"]
    if kind not in SERVICES:
        for name in disks:
            yield Problem(("volumes", name, "type"), f"ebs is of {all_of(list(SERVICES))}; a {kind} may have efs")
    for name in disks[1:]:
        reason = f"ECS attaches one EBS volume to a task, and {disks[0]} is one; use efs or ephemeral"
        yield Problem(("volumes", name, "type"), reason)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
