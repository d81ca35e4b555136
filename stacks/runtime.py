"""How containers are started, kept and ended."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import ContainerHealth, Runtime
from dockyard_constructs import ProcessSettings, RestartPolicy


def add_runtime(container: ProcessSettings, settings: Runtime) -> None:
    """Put it into the settings of the construct, of a service's own container or of a sidecar's."""
    if settings.command:
        container["command"] = settings.command
    if settings.entry_point:
        container["entry_point"] = settings.entry_point
    if settings.user:
        container["user"] = settings.user
    if settings.stop_timeout:
        container["stop_timeout"] = cdk.Duration.seconds(settings.stop_timeout)
    if restart := settings.restart:
        period = cdk.Duration.seconds(restart.attempt_period)
        container["restart_policy"] = RestartPolicy(restart.ignored_exit_codes, period)
    container["init_process_enabled"] = settings.init
    container["ulimits"] = [
        ecs.Ulimit(name=getattr(ecs.UlimitName, name.upper()), soft_limit=limit, hard_limit=limit)
        for name, limit in sorted(settings.ulimits.items())
    ]
    container["readonly_root_filesystem"] = settings.read_only
    container["tmpfs"] = settings.writable


def health_check(health: ContainerHealth | None) -> ecs.HealthCheck | None:
    """The check, where there is one."""
    if health is None:
        return None
    return ecs.HealthCheck(
        command=["CMD-SHELL", health.command],
        interval=cdk.Duration.seconds(health.interval),
        timeout=cdk.Duration.seconds(health.timeout),
        retries=health.retries,
        start_period=cdk.Duration.seconds(health.start_period),
    )
