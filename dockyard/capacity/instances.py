"""EC2 instance types: what ECS has of them for tasks, and their price. The table is instance_types.json, with its sources."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class InstanceType:
    """One type."""

    name: str
    vcpus: int
    gib: float
    interfaces: int
    """Network interfaces, the server's own among them."""
    branches: int
    """Branch interfaces that ENI trunking gives to tasks; 0 where there is no trunking."""
    usd_an_hour: float
    """On-Demand, Linux, in the table's region."""
    gpus: int = 0

    @property
    def cpu(self) -> int:
        """CPU units for tasks; 1024 make one vCPU."""
        return self.vcpus * 1024

    @property
    def memory(self) -> int:
        """MiB for tasks."""
        return registered_memory(self.gib)


def registered_memory(gib: float) -> int:
    """MiB that ECS's agent has to give to tasks of a server's GiB: what the platform and the kernel leave, less 64.

    An estimate on the safe side: AWS tells 7985 MiB of an m4.large (8 GiB), where this is 7872
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html).
    """
    return int(gib * 1024 * 31 / 32) - 64


def table(name: str) -> dict[str, Any]:
    """A JSON file of this package."""
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return found


@functools.cache
def instance_types() -> Mapping[str, InstanceType]:
    """Those of the table, by name."""
    return MappingProxyType({name: InstanceType(name, *row) for name, row in table("instance_types.json")["types"].items()})
