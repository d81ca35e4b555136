"""The `cluster` part of dockyard.yaml."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.switch import Switch

# c7g, m6gd, t4g, r8g: a "g" after the generation is Graviton (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html).
_INSTANCE_TYPE = re.compile(
    r"(?P<family>[a-z]+\d+(?P<options>[a-z-]*)\d*)\.(nano|micro|small|medium|large|\d*xlarge|metal(-\w+)?)"
)
_WITH_GPU = re.compile(r"(g|gr|p)\d")
_GPU_NOT_SERVED = {
    "g4ad": "are AMD's, and ECS has machine images for those of NVIDIA",
    "g6f": "are fractions of one, and gpu counts whole ones",
    "gr6f": "are fractions of one, and gpu counts whole ones",
    "g2": "are too old for the driver of ECS's machine images",
    "p2": "are too old for the driver of ECS's machine images",
}
"""Family to why its GPUs are of no use (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html)."""


Architecture = Literal["x86-64", "arm64"]


def _instance_type(value: str) -> str:
    if not _INSTANCE_TYPE.fullmatch(value):
        raise ValueError(f'should be an EC2 instance type such as t3.small, got "{value}"')
    return value


InstanceTypeName = Annotated[str, AfterValidator(_instance_type)]


def _different(names: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"should be different instance types, got {twice[0]} more than once")
    return names


def architecture_of(instance_type: str) -> Architecture:
    """By its name; `a1` is the first Graviton."""
    match = _INSTANCE_TYPE.fullmatch(instance_type)
    on_arm = match is not None and ("g" in match["options"] or match["family"] == "a1")
    return "arm64" if on_arm else "x86-64"


def has_gpu(instance_type: str) -> bool:
    """By its name: g4dn, g5, gr6, p5 and the like."""
    return _WITH_GPU.match(instance_type) is not None


class WarmPool(Model):
    """Instances that have been started once and wait, so that a task finds one sooner.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html
    """

    min: Annotated[int, number(0, 1000, "instances")] = 0
    """Fewest that wait."""
    max_prepared: Annotated[int, number(1, 1000, "instances")] | None = None
    """Most of those that wait and those that work together. Default: `max` of the group, so that all that may come wait."""
    state: Literal["stopped", "running"] = "stopped"
    """How they wait: `stopped` ones cost their volumes, `running` ones all, and are there at once."""


class Ec2Capacity(Model):
    """An Auto Scaling group for services with `runs_on: ec2`."""

    instance_types: Annotated[tuple[InstanceTypeName, ...], AfterValidator(_different)] = Field(min_length=1, max_length=40)
    """Instance types, the preferred one first, all x86-64 or all Graviton (arm64), all with a GPU or none. Several help against
    a lack of one."""
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
    warm_pool: Annotated[WarmPool | None, Switch()] = None
    """Whether instances wait for work, `true` or with details. With one instance type, On-Demand."""
    managed_termination_protection: bool = False
    """Let ECS end only instances that run no task, for tasks that are not to be moved. One with a single task then stays."""

    @property
    def architecture(self) -> Architecture:
        """Of all instance types."""
        return architecture_of(self.instance_types[0])

    @property
    def has_gpus(self) -> bool:
        """Whether all instances have GPUs; else none has."""
        return has_gpu(self.instance_types[0])

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
        if self.on_demand_base >= self.max and self.spot_percent:
            raise ValueError(f"on_demand_base should be less than max ({self.max}), or none is Spot, got {self.on_demand_base}")
        return self

    @model_validator(mode="after")
    def _with_warm_pool(self) -> "Ec2Capacity":
        """What AWS has, and Bottlerocket.

        https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html#warm-pools-limitations
        https://github.com/bottlerocket-os/bottlerocket/issues/4888
        """
        pool = self.warm_pool
        if pool is None:
            return self
        if self.spot_percent:
            raise ValueError(f"warm_pool is for On-Demand instances: remove spot_percent ({self.spot_percent}), or warm_pool")
        if len(self.instance_types) > 1:
            raise ValueError(
                f"warm_pool is for one instance type: keep one of {', '.join(self.instance_types)}, or remove warm_pool"
            )
        if self.managed_termination_protection and self.operating_system == "bottlerocket":
            raise ValueError(
                "warm_pool and managed_termination_protection do not go together on bottlerocket, whose ECS agent does not give "
                "the protection up: remove one of them, or set operating_system: al2023"
            )
        most = pool.max_prepared or self.max
        if most > self.max:
            raise ValueError(f"warm_pool.max_prepared should be at most max ({self.max}), as more never work, got {most}")
        if pool.min > most:
            raise ValueError(f"warm_pool.min should be at most {most}, as many as there may be in all, got {pool.min}")
        return self

    @model_validator(mode="after")
    def _of_one_machine_image(self) -> "Ec2Capacity":
        """What has a GPU needs a machine image with its driver, and a group has one image."""
        for name in self.instance_types:
            if has_gpu(name) != self.has_gpus:
                with_gpu, without = (self.instance_types[0], name) if self.has_gpus else (name, self.instance_types[0])
                raise ValueError(
                    f"instance_types should all have a GPU or none, as they share a machine image, got {with_gpu} and {without}"
                )
            if why := _GPU_NOT_SERVED.get(name.partition(".")[0]):
                raise ValueError(f"instance_types should have GPUs that ECS serves: those of {name} {why}")
        if self.operating_system == "al2023" and (old := [name for name in self.instance_types if name.startswith("a1.")]):
            raise ValueError(f"instance_types should be newer than {old[0]}: Amazon Linux 2023 does not run on a1")
        if self.has_gpus and self.architecture == "arm64" and self.operating_system == "al2023":
            raise ValueError(
                f"operating_system should be bottlerocket for {self.instance_types[0]}: "
                "Amazon Linux 2023 for ECS has no machine image with GPUs for Graviton"
            )
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
    min_gpus: Annotated[int, number(0, 16, "GPUs")] = 0
    """Least of an instance. Above 0 all instances have GPUs of NVIDIA, for services with `gpu`."""
    max_gpus: Annotated[int, number(1, 16, "GPUs")] | None = None
    """Most of an instance."""
    spot: bool = False
    """Spot instances: cheaper, and AWS may take one back two minutes after it says so."""
    volume: Annotated[int, number(30, 16384, "GiB")] = 80
    """Volume of an instance for images and containers."""
    scale_in_after: Annotated[int, number(-1, 3600, "seconds")] | None = None
    """How long an instance may be idle; -1 for ever. Default: AWS decides."""

    @model_validator(mode="after")
    def _ordered(self) -> "ManagedCapacity":
        for what in ("vcpus", "memory", "gpus"):
            least, most = getattr(self, f"min_{what}"), getattr(self, f"max_{what}")
            if most is not None and least > most:
                raise ValueError(f"min_{what} should be at most max_{what} ({most}), got {least}")
        if self.max_gpus and not self.min_gpus:
            raise ValueError("max_gpus has no use without min_gpus: instances without a GPU would do as well")
        return self

    @property
    def has_gpus(self) -> bool:
        """Whether all instances have GPUs."""
        return self.min_gpus > 0


class Cluster(Model):
    """The ECS cluster. Fargate and Fargate Spot are always there."""

    ec2: Ec2Capacity | None = None
    """Servers of your own for services with `runs_on: ec2`."""
    managed: ManagedCapacity | None = None
    """Servers that AWS manages, for services with `runs_on: managed`."""
