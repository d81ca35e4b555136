"""How the container of a service is started, kept and ended."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Service
from dockyard_constructs import ContainerSettings, RestartPolicy


def add_runtime(container: ContainerSettings, settings: Service) -> None:
    """Put it into the settings of the construct."""
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
    container["enable_execute_command"] = settings.exec
