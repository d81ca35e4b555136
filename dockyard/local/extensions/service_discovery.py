"""Tasks of a service are instances of its Cloud Map service, by API and by name.

- A running task of a service with `serviceRegistries` is an instance with its address, port and health, for as long as it
  runs: `ListInstances`, `DiscoverInstances`, `GetInstancesHealthStatus`.
- In a DNS namespace the name `service.namespace` has the addresses of all tasks that are in `awsvpc` mode, as A records. The
  engine's own DNS answers, so that a name has a task from the start of its containers to their end.
- In the modes `bridge` and `host`, container and port must be named.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_region
from ministack.services import ecs, servicediscovery
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions import task_definitions
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_revisions import settings_of

_UPDATED = ("ServiceRegistries", "ServiceConnectConfiguration")
"""Properties of a service whose change in a template must reach `UpdateService`."""
_NONE: dict[str, Any] = {"ServiceRegistries": [], "ServiceConnectConfiguration": {"enabled": False}}
_BY_ECS = "ECS_SERVICE_NAME"
"""Attribute of an instance that is a task; others were registered by hand."""

Call = Callable[[dict[str, Any]], Any]


def install(instance: Instance) -> None:
    """Name tasks where they start, and list them where it is asked for them."""
    _list_when_asked()
    _carry_updates()
    create, update = ecs._create_service, ecs._update_service
    ecs._create_service = ecs._ACTION_MAP["CreateService"] = _checked(create)
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = _checked(update)
    attach, build_run_kwargs = ecs._attach_started_container, ecs._build_run_kwargs

    def with_names(*args: Any, **kwargs: Any) -> dict[str, Any]:
        run: dict[str, Any] = build_run_kwargs(*args, **kwargs)
        if run.get("extra_hosts"):  # of DiscoverInstances, before whose address SDKs put a word
            run["extra_hosts"] = {**run["extra_hosts"], "data-host.docker.internal": instance.gateway}
        names = _names(ecs._tasks.get(run["labels"]["com.amazonaws.ecs.task-arn"]) or {})
        if names and run.get("network") == instance.name:
            endpoint = ecs._get_docker().api.create_endpoint_config(aliases=names)
            run["networking_config"] = {instance.name: endpoint}
        return run

    def attach_with_address(task: dict[str, Any], container: Any, index: int, *args: Any) -> Any:
        if task.get("_network_mode") == "bridge":
            name = task["containers"][index]["name"]
            task.setdefault("_addresses", {})[name] = ecs._container_ip(container, instance.name)
        return attach(task, container, index, *args)

    ecs._build_run_kwargs, ecs._attach_started_container = with_names, attach_with_address


# tasks of a service


def members(service: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tasks of the service that run and are not about to stop."""
    group, cluster = f"service:{service.get('serviceName')}", service.get("clusterArn")
    return [
        task
        for task in list(ecs._tasks._data.values())
        if task.get("group") == group
        and task.get("clusterArn") == cluster
        and task.get("lastStatus") == task.get("desiredStatus") == "RUNNING"
    ]


def is_well(task: Mapping[str, Any]) -> bool:
    """Whether its essential containers are healthy, or have no health checks."""
    checked = any(one.get("healthCheck") and one.get("essential", True) for one in definitions(task))
    return not checked or task.get("healthStatus") == "HEALTHY"


def definitions(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Container definitions of a task."""
    found: list[dict[str, Any]] = (task.get("_definition") or {}).get("containerDefinitions", [])
    return found


def address_of(task: Mapping[str, Any], container: str | None) -> str | None:
    """The address where a container of the task listens: in `bridge` mode each has one of its own."""
    return (task.get("_addresses") or {}).get(container) or ecs._task_ip(task)


def named_port(containers: list[dict[str, Any]], port_name: str) -> tuple[str, int] | None:
    """Container and port of a port mapping with this name."""
    named = ((d["name"], mapping) for d in containers for mapping in d.get("portMappings") or [])
    return next(((name, mapping["containerPort"]) for name, mapping in named if mapping.get("name") == port_name), None)


def failure(code: str, message: str) -> Any:
    """AWS's answer to a call that it refuses."""
    return error_response_json(code, message, 400)


# instances


def _list_when_asked() -> None:
    original = servicediscovery.handle_request

    async def handle_request(*args: Any) -> Any:
        _refresh()
        return await original(*args)

    servicediscovery.handle_request = handle_request


def _refresh() -> None:
    """Make the instances of all services of this account and region what their tasks are."""
    wanted: dict[str, dict[str, dict[str, Any]]] = {id: {} for id in servicediscovery._services}
    health: dict[str, dict[str, str]] = {id: {} for id in wanted}
    for service in list(ecs._services.values()):
        for task in members(service):
            for registry in _registries(service, task):
                id, name = registry["registryArn"].rsplit("/", 1)[-1], task["taskArn"].rsplit("/", 1)[-1]
                if id in wanted:
                    wanted[id][name] = {"Id": name, "Attributes": _attributes(service, task, registry)}
                    health[id][name] = "HEALTHY" if is_well(task) else "UNHEALTHY"
    for id, tasks in wanted.items():
        _replace(id, tasks, health[id])


def _replace(id: str, tasks: dict[str, dict[str, Any]], health: dict[str, str]) -> None:
    before = servicediscovery._instances.get(id) or {}
    others = {name: one for name, one in before.items() if _BY_ECS not in one["Attributes"]}
    known = servicediscovery._instance_health_status.get(id) or {}
    now = {**{name: status for name, status in known.items() if name in others}, **health}
    if (before, known) != ({**others, **tasks}, now):
        servicediscovery._instances[id], servicediscovery._instance_health_status[id] = {**others, **tasks}, now
        servicediscovery._touch_instances_revision(id)


def _registries(service: dict[str, Any], task: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the deployment that the task belongs to, those that Service Connect has made among them."""
    settings = settings_of(service, task)
    connected = settings.get("serviceConnectConfiguration") or {}
    return [*(settings.get("serviceRegistries") or []), *connected.get("_registries", [])]


def _attributes(service: Mapping[str, Any], task: Mapping[str, Any], registry: Mapping[str, Any]) -> dict[str, str]:
    container, port = registry.get("containerName"), registry.get("port") or registry.get("containerPort")
    if "portName" in registry:
        container, port = named_port(definitions(task), registry["portName"]) or (None, None)
    return {
        "AWS_INSTANCE_IPV4": address_of(task, container) or "",
        **({"AWS_INSTANCE_PORT": str(port)} if port else {}),
        "AVAILABILITY_ZONE": task["availabilityZone"],
        "REGION": get_region(),
        "ECS_CLUSTER_NAME": ecs._cluster_name_from_arn(task["clusterArn"]),
        _BY_ECS: service["serviceName"],
        "ECS_TASK_DEFINITION_FAMILY": task["taskDefinitionArn"].rsplit("/", 1)[-1].split(":")[0],
    }


# names


def _names(task: dict[str, Any]) -> list[str]:
    """Names that have the task's address."""
    service = ecs._services.get(service_key(task)) if task.get("_network_mode") == "awsvpc" else None
    return list(_dns_names(_registries(service, task))) if service else []


def _dns_names(registries: list[dict[str, Any]]) -> Iterator[str]:
    for registry in registries:
        found = servicediscovery._services.get(registry["registryArn"].rsplit("/", 1)[-1]) or {}
        namespace = servicediscovery._namespaces.get(found.get("NamespaceId")) or {}
        records = {record["Type"] for record in (found.get("DnsConfig") or {}).get("DnsRecords") or []}
        if "A" in records and namespace.get("Type") != "HTTP":
            yield f"{found['Name']}.{namespace['Name']}".lower()


# settings


def _checked(call: Call) -> Call:
    def checked(data: dict[str, Any]) -> Any:
        data = task_definitions.with_template(data)
        return _fault(data) or call(data)

    return checked


def _fault(data: dict[str, Any]) -> Any:
    """What AWS answers where a registry is not there or is not told enough; None where all is well."""
    definition = ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition") or "")) or {}
    for registry in data.get("serviceRegistries") or []:
        if registry.get("registryArn", "").rsplit("/", 1)[-1] not in servicediscovery._services:
            return failure("InvalidParameterException", f"Unable to find the service registry {registry.get('registryArn')}.")
        if definition.get("networkMode") in ("bridge", "host") and not (
            registry.get("containerName") and registry.get("containerPort")
        ):
            return failure(
                "InvalidParameterException",
                f"When specifying '{definition['networkMode']}' for networkMode, values for 'containerName' and 'containerPort' "
                "must be specified from the task definition.",
            )
    return None


def _carry_updates() -> None:
    handler = provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]
    update_from_template = handler["update"]

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        changed = {name: new.get(name, _NONE[name]) for name in _UPDATED if new.get(name) != old.get(name)}
        task_definitions._from_template.properties = task_definitions.camel(changed)
        try:
            return update_from_template(physical_id, old, new, stack)
        finally:
            task_definitions._from_template.properties = {}

    handler["update"] = update
