"""The containers beside a service's own, as what its construct takes."""

from collections.abc import Mapping

from aws_cdk import aws_ecs as ecs

from dockyard.config import Service
from dockyard_constructs import ContainerSettings, Mount, Sidecar, Tracing
from stacks.runtime import add_runtime, health_check
from stacks.surroundings import Surroundings


def add_sidecars(
    around: Surroundings, container: ContainerSettings, settings: Service, images: Mapping[str, ecs.ContainerImage]
) -> None:
    """Put them, and the collector of traces, into the settings of the construct.

    :param images: sidecar to its image.
    """
    container["sidecars"] = {name: _sidecar(around, settings, name, images[name]) for name in settings.sidecars}
    container["depends_on"] = _conditions(settings.depends_on)
    if settings.tracing:
        where = {"service.namespace": around.project.name, "deployment.environment.name": around.environment.name}
        container["tracing"] = Tracing(settings.tracing, around.name, where)


def _sidecar(around: Surroundings, settings: Service, name: str, image: ecs.ContainerImage) -> Sidecar:
    one = settings.sidecars[name]
    made = Sidecar(
        image=image,
        environment=one.env,
        secrets=around.secrets(one.secrets, of=f"{name}-"),
        essential=one.essential,
        depends_on=_conditions(one.depends_on),
        uses_log_router=one.firelens,
        mounts=[Mount(volume, mount.path, mount.read_only) for volume, mount in one.mounts.items()],
    )
    if one.port:
        made["port"] = one.port
    if one.cpu:
        made["cpu"] = round(one.cpu * 1024)
    if one.memory:
        made["memory_limit_mib"] = one.memory
    if check := health_check(one.health):
        made["health_check"] = check
    add_runtime(made, one)
    return made


def _conditions(needed: Mapping[str, str]) -> dict[str, ecs.ContainerDependencyCondition]:
    return {name: getattr(ecs.ContainerDependencyCondition, condition.upper()) for name, condition in needed.items()}
