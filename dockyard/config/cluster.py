"""The `cluster` part of dockyard.yaml."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, number, words

# c7g, m6gd, t4g, r8g: a "g" after the generation is Graviton (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html).
_INSTANCE_TYPE = re.compile(r"(?P<family>[a-z]+\d+(?P<options>[a-z-]*))\.(nano|micro|small|medium|large|\d*xlarge|metal(-\w+)?)")


Architecture = Literal["x86-64", "arm64"]


def _instance_type(value: str) -> str:
    if not _INSTANCE_TYPE.fullmatch(value):
        raise ValueError(f'should be an EC2 instance type such as t3.small, got "{value}"')
    return value


def architecture_of(instance_type: str) -> Architecture:
    """By its name; `a1` is the first Graviton."""
    match = _INSTANCE_TYPE.fullmatch(instance_type)
    on_arm = match is not None and ("g" in match["options"] or match["family"] == "a1")
    return "arm64" if on_arm else "x86-64"


class Ec2Capacity(Model):
    """An Auto Scaling group for services with `runs_on: ec2`."""

    instance_types: tuple[Annotated[str, AfterValidator(_instance_type)], ...] = Field(min_length=1)
    """Instance types, the preferred one first, all x86-64 or all Graviton (arm64). Several help against a lack of one."""
    min: Annotated[int, number(0, 1000, "instances")] = 0
    """Fewest instances. At 0 the group is empty until the first task needs an instance."""
    max: Annotated[int, number(1, 1000, "instances")] = 4
    """Most instances."""
    spot_percent: Annotated[int, number(0, 100)] = 0
    """Share of Spot instances above `on_demand_base`: cheaper, and AWS may take one back two minutes after it says so."""
    on_demand_base: Annotated[int, number(0, 1000, "instances")] = 0
    """So many instances are On-Demand in any case, before `spot_percent` counts."""
    operating_system: Literal["al2023", "bottlerocket"] = "al2023"
    """Amazon Linux 2023, or Bottlerocket, which has nothing but what containers need."""
    max_lifetime: Annotated[int, number(1, 365, "days")] = 14
    """Age at which an instance is replaced by one with the newest machine image; its tasks move first."""
    volume: Annotated[int, number(30, 16384, "GiB")] = 30
    """Volume of an instance for images and containers, encrypted."""
    managed_termination_protection: bool = False
    """Let ECS end only instances that run no task, for tasks that are not to be moved. One with a single task then stays."""

    @property
    def architecture(self) -> Architecture:
        """Of all instance types."""
        return architecture_of(self.instance_types[0])

    @model_validator(mode="after")
    def _consistent(self) -> "Ec2Capacity":
        if self.min > self.max:
            raise ValueError(f"min should be at most max ({self.max}), got {self.min}")
        if other := next((name for name in self.instance_types if architecture_of(name) != self.architecture), None):
            raise ValueError(
                f"instance_types should be of one architecture, got {self.instance_types[0]} ({self.architecture}) "
                f"and {other} ({architecture_of(other)})"
            )
        if self.on_demand_base and not self.spot_percent:
            raise ValueError("on_demand_base has no use without spot_percent: all instances are On-Demand")
        return self


class ManagedCapacity(Model):
    """ECS Managed Instances for services with `runs_on: managed`: AWS chooses, patches and replaces them."""

    architecture: Architecture = "x86-64"
    """`x86-64` or `arm64` (Graviton)."""
    instance_types: tuple[Annotated[str, words("an instance type or a pattern such as m7*", r"[a-z0-9.*-]{1,30}")], ...] = ()
    """Types or patterns such as `m7*` that AWS may choose from. Default: all of the architecture."""
    min_vcpus: Annotated[int, number(1, 448, "vCPU")] = 1
    """Least of an instance."""
    max_vcpus: Annotated[int, number(1, 448, "vCPU")] | None = None
    """Most of an instance."""
    min_memory: Annotated[int, number(512, 25165824, "MiB")] = 1024
    """Least of an instance."""
    max_memory: Annotated[int, number(512, 25165824, "MiB")] | None = None
    """Most of an instance."""
    spot: bool = False
    """Spot instances: cheaper, and AWS may take one back two minutes after it says so."""
    volume: Annotated[int, number(30, 16384, "GiB")] = 80
    """Volume of an instance for images and containers."""
    scale_in_after: Annotated[int, number(-1, 3600, "seconds")] | None = None
    """How long an instance may be idle; -1 for ever. Default: AWS decides."""

    @model_validator(mode="after")
    def _ordered(self) -> "ManagedCapacity":
        for what in ("vcpus", "memory"):
            least, most = getattr(self, f"min_{what}"), getattr(self, f"max_{what}")
            if most is not None and least > most:
                raise ValueError(f"min_{what} should be at most max_{what} ({most}), got {least}")
        return self


class Cluster(Model):
    """The ECS cluster. Fargate and Fargate Spot are always there."""

    ec2: Ec2Capacity | None = None
    """Servers of your own for services with `runs_on: ec2`."""
    managed: ManagedCapacity | None = None
    """Servers that AWS manages, for services with `runs_on: managed`."""
