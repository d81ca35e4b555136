"""What ministack lacks for a container application to run as it would on AWS: one module a gap.

Each module says which behaviour of AWS it stands for, reaches into ministack (pinned to one version), and has a test that
fails without it. `install` puts them in place before the server starts.
"""

from dockyard.local.extensions import (
    api_types,
    cdk_resources,
    container_health,
    container_settings,
    custom_resources,
    deployments,
    draining,
    event_targets,
    inventory,
    load_balancer_rules,
    load_balancers,
    registry,
    resource_properties,
    resource_types,
    scheduled_events,
    secrets,
    service_revisions,
    stack_descriptions,
    stack_waits,
    stored_types,
    target_health,
    task_containers,
    task_definitions,
    task_events,
    task_network,
    task_volumes,
)
from dockyard.local.extensions.instance import Instance

_IN_ORDER = (
    registry,
    resource_types,
    api_types,
    stored_types,
    custom_resources,
    cdk_resources,
    secrets,
    resource_properties,
    task_definitions,
    container_settings,
    task_volumes,
    task_network,
    task_containers,
    container_health,
    target_health,
    service_revisions,
    draining,
    deployments,
    stack_waits,
    stack_descriptions,
    task_events,
    event_targets,
    scheduled_events,
    load_balancer_rules,
    load_balancers,
    inventory,
)


def install(instance: Instance, leave_out: frozenset[str] = frozenset()) -> None:
    """Install all extensions but those named in `leave_out`, by which a test shows what one of them is for."""
    for extension in _IN_ORDER:
        if extension.__name__.rsplit(".", 1)[-1] not in leave_out:
            extension.install(instance)


def reset() -> None:
    """Forget what the extensions hold, as for an empty account."""
    for extension in _IN_ORDER:
        if hasattr(extension, "reset"):
            extension.reset()
