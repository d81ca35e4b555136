"""A container beside the service's own, in each of its tasks."""

from collections.abc import Mapping, Sequence
from typing import Required

from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.process_settings import ProcessSettings, linux_parameters, process
from dockyard_constructs.volumes import Mount

MEMORY_ON_SERVERS_MIB = 128
"""Memory of a sidecar where each container must have its own."""


class Sidecar(ProcessSettings, total=False):
    """Parameters of a container beside the service's own."""

    image: Required[ecs.ContainerImage]
    """What it runs."""
    port: int
    """Port that it listens on, 1 to 65535; it is told so by the variable PORT. Default: none."""
    environment: Mapping[str, str]
    """Environment variables."""
    secrets: Mapping[str, ecs.Secret]
    """Environment variables with values from SSM Parameter Store or Secrets Manager."""
    cpu: int
    """CPU units that are its own, of those of the task. Default: it shares the task's."""
    memory_limit_mib: int
    """The most memory that it may take, of the task's. Default: it shares the task's; on servers 128."""
    essential: bool
    """Whether the task ends when it does. Default: yes."""
    depends_on: Mapping[str, ecs.ContainerDependencyCondition]
    """Other containers of the task, and what is waited for before it starts."""
    health_check: ecs.HealthCheck
    """Command in the container that tells whether it is well."""
    mounts: Sequence[Mount]
    """Where it has volumes of the task."""
    uses_log_router: bool
    """Whether what it prints goes through the log router, where the task has one. Default: yes."""


def add_sidecar(
    scope: Construct,
    name: str,
    settings: Sidecar,
    task_definition: ecs.TaskDefinition,
    *,
    logging: ecs.LogDriver,
    host_port: int | None,
) -> ecs.ContainerDefinition:
    """Add it to the task definition."""
    port = settings.get("port")
    memory = settings.get("memory_limit_mib")
    if memory is None and not task_definition.is_fargate_compatible:
        memory = MEMORY_ON_SERVERS_MIB
    container = task_definition.add_container(
        name,
        image=settings["image"],
        environment={**({"PORT": str(port)} if port else {}), **settings.get("environment", {})},
        secrets=dict(settings.get("secrets", {})),
        port_mappings=[ecs.PortMapping(container_port=port, host_port=host_port)] if port else None,
        logging=logging,
        cpu=settings.get("cpu"),
        memory_limit_mib=memory,
        essential=settings.get("essential", True),
        health_check=settings.get("health_check"),
        linux_parameters=linux_parameters(scope, f"Linux-{name}", settings),
        **process(settings),
    )
    mount(container, settings.get("mounts", ()))
    return container


def mount(container: ecs.ContainerDefinition, mounts: Sequence[Mount]) -> None:
    """Give it volumes of its task."""
    if mounts:
        points = [ecs.MountPoint(source_volume=one.volume, container_path=one.path, read_only=one.read_only) for one in mounts]
        container.add_mount_points(*points)


def depend(
    containers: Mapping[str, ecs.ContainerDefinition], needs: Mapping[str, Mapping[str, ecs.ContainerDependencyCondition]]
) -> None:
    """Let each start after those that it depends on. Raises ValueError where one is not there, or they are in a circle."""
    for name, others in needs.items():
        if unknown := sorted(others.keys() - containers.keys()):
            raise ValueError(f"container {name} depends on {unknown[0]}, which is none of {', '.join(containers)}")
    if circle := in_circle({name: list(others) for name, others in needs.items()}):
        raise ValueError(f"containers depend on each other: {', '.join(circle)}")
    for name, others in needs.items():
        for other, condition in others.items():
            dependency = ecs.ContainerDependency(container=containers[other], condition=condition)
            containers[name].add_container_dependencies(dependency)


def in_circle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Those that wait for each other, or for such; none where all can start."""
    left = {name: set(others) for name, others in needs.items()}
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    return sorted(left)


def waits_for(one: str, other: str, needs: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether a container starts after the other, directly or not."""
    before = needs.get(one, {})  # the log router waits for nobody
    return other in before or any(waits_for(between, other, needs) for between in before)
