"""The `cluster` part of dockyard.yaml."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, number

# c7g, m6gd, t4g, r8g: a "g" after the generation is Graviton (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html).
_INSTANCE_TYPE = re.compile(r"(?P<family>[a-z]+\d+(?P<options>[a-z-]*))\.(nano|micro|small|medium|large|\d*xlarge|metal(-\w+)?)")


def _x86_instance_type(value: str) -> str:
    match = _INSTANCE_TYPE.fullmatch(value)
    if not match:
        raise ValueError(f'should be an EC2 instance type such as t3.small, got "{value}"')
    if "g" in match["options"]:
        raise ValueError(f'should be an x86-64 instance type such as t3.small, got "{value}" (Graviton, arm64)')
    return value


class Ec2Capacity(Model):
    """An Auto Scaling group for services with `runs_on: ec2`."""

    instance_types: tuple[Annotated[str, AfterValidator(_x86_instance_type)], ...] = Field(min_length=1)
    """Instance types, the preferred one first."""
    min: Annotated[int, number(0, 1000, "instances")] = 0
    """Fewest instances. At 0 the group is empty until the first task needs an instance."""
    max: Annotated[int, number(1, 1000, "instances")] = 4
    """Most instances."""

    @model_validator(mode="after")
    def _ordered(self) -> "Ec2Capacity":
        if self.min > self.max:
            raise ValueError(f"min should be at most max ({self.max}), got {self.min}")
        return self


class Cluster(Model):
    """The ECS cluster. Fargate and Fargate Spot are always there."""

    ec2: Ec2Capacity | None = None
    """Servers of your own for services with `runs_on: ec2`."""
