"""Machine images for servers of ECS, and what their agent is told."""

import re
from typing import Literal

from aws_cdk import aws_ec2 as ec2

OperatingSystem = Literal["al2023", "bottlerocket"]

_IMAGES = {
    ("al2023", ec2.InstanceArchitecture.X86_64): "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    ("al2023", ec2.InstanceArchitecture.ARM_64): "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    ("bottlerocket", ec2.InstanceArchitecture.X86_64): "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id",
    ("bottlerocket", ec2.InstanceArchitecture.ARM_64): "/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id",
}
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-bottlerocket-retrieve-ami.html"""
_GPU_IMAGES = {
    ("al2023", ec2.InstanceArchitecture.X86_64): "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id",
    ("bottlerocket", ec2.InstanceArchitecture.X86_64): "/aws/service/bottlerocket/aws-ecs-2-nvidia/x86_64/latest/image_id",
    ("bottlerocket", ec2.InstanceArchitecture.ARM_64): "/aws/service/bottlerocket/aws-ecs-2-nvidia/arm64/latest/image_id",
}
"""The same with NVIDIA's driver and runtime. Amazon Linux 2023 has none for Graviton.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html"""
_WITH_GPU = re.compile(r"(g|gr|p)\d")
"""Families such as g4dn, g6, gr6, p5."""
_ON_ARM = re.compile(r"(a1|[a-z]+\d+[a-z-]*g[a-z-]*\d*)\.")
"""c7g, m6gd, p6e-gb200, and a1: a "g" after the generation is Graviton or Grace.
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html"""
BOTTLEROCKET_SYSTEM_GIB = 4
"""Its /dev/xvda holds the system alone; images and containers are on /dev/xvdb."""
_AGENT = {
    "al2023": [
        "echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config",
        "echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config",
    ],
    "bottlerocket": ["awsvpc-block-imds = true", "enable-spot-instance-draining = true"],
}
"""Tasks in `awsvpc` mode are kept from the metadata service by these, those in `bridge` mode by the hop limit
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html)."""
_FOR_GPUS = {"al2023": ["echo ECS_ENABLE_GPU_SUPPORT=true >> /etc/ecs/ecs.config"], "bottlerocket": []}
_IN_WARM_POOL = {
    "al2023": ["echo ECS_WARM_POOLS_CHECK=true >> /etc/ecs/ecs.config"],
    "bottlerocket": ["[settings.autoscaling]", "should-wait = true"],
}
"""A server that waits does not join the cluster yet.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html
https://bottlerocket.dev/en/os/latest/api/settings/autoscaling/"""


def architecture_of(instance_type: str) -> ec2.InstanceArchitecture:
    """By its name, which CDK's own reading refuses where it has a hyphen (p6-b200)."""
    return ec2.InstanceArchitecture.ARM_64 if _ON_ARM.match(instance_type) else ec2.InstanceArchitecture.X86_64


def has_gpu(instance_type: str) -> bool:
    """By its name."""
    return _WITH_GPU.match(instance_type) is not None


def image_parameter(system: OperatingSystem, architecture: ec2.InstanceArchitecture, *, gpus: bool) -> str:
    """The public parameter of SSM with the newest machine image. Raises ValueError where there is none."""
    images = _GPU_IMAGES if gpus else _IMAGES
    if (system, architecture) not in images:
        raise ValueError(f"instances.operating_system should be bottlerocket for Graviton with GPUs, got {system}")
    return images[system, architecture]


def user_data(system: OperatingSystem, *, warm_pool: bool) -> ec2.UserData:
    """What a server is told when it starts, before the lines of CDK and those of its agent.

    A server of a warm pool is stopped as soon as it was launched, in the middle of its user data, which cloud-init would not
    run again. A boothook runs at every boot, so the file, which is empty in the image, is written anew each time, before the
    agent starts. Bottlerocket takes its settings at each boot until it has succeeded once, and keeps them.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
    https://docs.aws.amazon.com/pcs/latest/userguide/working-with_ec2-user-data_early-boot.html
    """
    if system == "bottlerocket":
        return ec2.UserData.custom("")
    if not warm_pool:
        return ec2.UserData.for_linux()
    made = ec2.UserData.for_linux(shebang="#cloud-boothook\n#!/bin/bash")
    made.add_commands(": > /etc/ecs/ecs.config")
    return made


def agent_settings(system: OperatingSystem, *, gpus: bool, warm_pool: bool) -> list[str]:
    """Lines of user data after those of CDK; for Bottlerocket these are in its table `settings.ecs`, which they go on with."""
    return [
        *_AGENT[system],
        *(_FOR_GPUS[system] if gpus else []),
        *(_IN_WARM_POOL[system] if warm_pool else []),
    ]
