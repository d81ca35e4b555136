"""What ministack lacks for a container application to run as it would on AWS: one module a gap.

Each module says which behaviour of AWS it stands for, reaches into ministack (pinned to one version), and has a test that
fails without it. `install` puts them in place before the server starts.
"""

from dockyard.local.extensions import (
    alarms,
    api_types,
    auto_scaling,
    capacity,
    cdk_resources,
    certificates,
    container_health,
    container_settings,
    custom_resources,
    deployment_alarms,
    deployment_failures,
    deployments,
    domain_names,
    draining,
    event_targets,
    execute_command,
    https_listeners,
    inventory,
    load_balancer_metrics,
    load_balancer_rules,
    load_balancers,
    persistence,
    queue_metrics,
    registry,
    registry_auth,
    registry_blobs,
    registry_images,
    registry_layers,
    registry_lifecycle,
    registry_pushes,
    registry_referrers,
    registry_scans,
    resource_properties,
    resource_types,
    scaling_policies,
    scaling_types,
    scheduled_events,
    secrets,
    service_connect,
    service_deployments,
    service_discovery,
    service_events,
    service_metrics,
    service_revisions,
    service_throttle,
    stack_descriptions,
    stack_waits,
    stored_types,
    strategies,
    target_health,
    task_containers,
    task_credentials,
    task_definitions,
    task_events,
    task_network,
    task_volumes,
)
from dockyard.local.extensions.instance import Instance

_IN_ORDER = (
    registry,
    registry_blobs,
    registry_layers,
    registry_images,
    registry_pushes,
    registry_referrers,
    registry_lifecycle,
    registry_scans,
    registry_auth,
    resource_types,
    api_types,
    stored_types,
    custom_resources,
    cdk_resources,
    secrets,
    resource_properties,
    task_definitions,
    task_credentials,
    container_settings,
    task_volumes,
    task_network,
    task_containers,
    container_health,
    target_health,
    service_revisions,
    draining,
    deployment_failures,
    service_throttle,
    deployments,
    deployment_alarms,
    service_events,
    service_deployments,
    strategies,
    service_discovery,
    service_connect,
    execute_command,
    capacity,
    stack_waits,
    stack_descriptions,
    certificates,
    task_events,
    event_targets,
    scheduled_events,
    load_balancer_rules,
    https_listeners,
    load_balancers,
    domain_names,
    load_balancer_metrics,
    service_metrics,
    queue_metrics,
    alarms,
    auto_scaling,
    scaling_types,
    scaling_policies,
    inventory,
)


def install(instance: Instance, leave_out: frozenset[str] = frozenset()) -> None:
    """Install all extensions but those named in `leave_out`, by which a test shows what one of them is for."""
    for extension in _IN_ORDER:
        if extension.__name__.rsplit(".", 1)[-1] not in leave_out:
            extension.install(instance)
    persistence.install(_IN_ORDER)


def reset() -> None:
    """Forget what the extensions hold, as for an empty account."""
    for extension in _IN_ORDER:
        if hasattr(extension, "reset"):
            extension.reset()
