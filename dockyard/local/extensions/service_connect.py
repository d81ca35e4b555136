"""Services of a Service Connect namespace reach each other by the aliases of their endpoints.

- Each task of a service in the namespace resolves the names of the endpoints that were there when its deployment began, as on
  AWS; tasks of no Service Connect, or of another namespace, do not.
- A connection to the alias's port goes to the port of a task that runs and is healthy, in turn; where one does not take it,
  the next is tried.
- ECS makes a Cloud Map service for each endpoint, registers the tasks in it, and tells it with the deployment.
- The namespace is that of the service, or else of the cluster, whose own is made where it is missing.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html

TLS is refused; timeouts and logs of the proxy are stored. Connections are balanced, where AWS balances requests of HTTP.
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import json_response, request_scope
from ministack.services import ecs, servicediscovery
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions import connect_endpoints, task_definitions
from dockyard.local.extensions.connect_endpoints import (
    KEY,
    Configuration,
    RefusedError,
    Scoped,
    aliases,
    configurations,
    discovery_name,
    scoped,
)
from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_discovery import failure, named_port
from dockyard.local.extensions.service_revisions import revision

_MANAGED = {"Key": "AmazonECSManaged", "Value": "true"}

_begun: dict[Scoped, Configuration | None] = {}
"""Configurations whose services are just being made or changed."""


def install(instance: Instance) -> None:
    """Open endpoints where services are made, name them where tasks start."""
    connect_endpoints.install(instance)
    _take()
    _tell_with_deployments()
    _from_template()
    build_run_kwargs = ecs._build_run_kwargs

    def with_names(*args: Any, **kwargs: Any) -> dict[str, Any]:
        run: dict[str, Any] = build_run_kwargs(*args, **kwargs)
        names = _names(ecs._tasks.get(run["labels"]["com.amazonaws.ecs.task-arn"]) or {})
        return {**run, "extra_hosts": {**(run.get("extra_hosts") or {}), **names}}

    ecs._build_run_kwargs = with_names
    ecs._list_services_by_namespace = ecs._ACTION_MAP["ListServicesByNamespace"] = _list_services_by_namespace


def reset() -> None:
    """Close all endpoints."""
    connect_endpoints.keep(set())


def kept() -> dict[str, str]:
    """Nothing: services have their configurations, and these their endpoints."""
    return {}


def restore(_: dict[str, str]) -> None:
    """Listen again for the services that came back."""
    for (account, region, key), service in list(ecs._services._data.items()):
        with request_scope(account, region):
            for configuration in configurations(service):
                connect_endpoints.listen(key, configuration)


# calls


def _take() -> None:
    """Take the configuration with the service."""
    create, update, delete = ecs._create_service, ecs._update_service, ecs._delete_service

    def create_service(data: dict[str, Any]) -> Any:
        data = task_definitions.with_template(data)
        return _with_configuration(_key(data, data.get("serviceName", "")), data, create)

    def update_service(data: dict[str, Any]) -> Any:
        data = task_definitions.with_template(data)
        key = _key(data, (ecs._resolve_service_ref(data.get("service", "")) or ("",))[0])
        before = ecs._services.get(key)
        if not before or not {KEY, "taskDefinition"} & data.keys():
            return update(data)
        return _with_configuration(key, {KEY: before.get(KEY), **data}, update, before["taskDefinition"])

    def delete_service(data: dict[str, Any]) -> Any:
        answer = delete(data)
        _close_unused()
        return answer

    ecs._create_service = ecs._ACTION_MAP["CreateService"] = create_service
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = update_service
    ecs._delete_service = ecs._ACTION_MAP["DeleteService"] = delete_service


def _key(data: Mapping[str, Any], service: str) -> str:
    return f"{ecs._resolve_cluster_name(data.get('cluster', 'default'))}/{service}"


def _with_configuration(key: str, data: dict[str, Any], call: Any, definition: str = "") -> Any:
    """Check and complete the configuration, open its endpoints, then let the service have it."""
    try:
        with connect_endpoints.changing:
            completed = _completed(data.get(KEY), key, data.get("taskDefinition") or definition)
            connect_endpoints.listen(key, completed)
            _begun[scoped(key)] = completed
        return call({**data, KEY: completed})
    except RefusedError as refused:
        return failure(*refused.args)
    finally:
        _begun.pop(scoped(key), None)
        _close_unused()


def _tell_with_deployments() -> None:
    reconcile = ecs._reconcile_service_tasks

    def reconcile_service_tasks(cluster: str, key: str) -> None:
        if service := ecs._services.get(key):
            service.setdefault(KEY, _begun.get(scoped(key)))
            if primary := ecs._primary_deployment(service):
                _tell(primary, revision(service, primary).get(KEY))
        reconcile(cluster, key)

    ecs._reconcile_service_tasks = reconcile_service_tasks


def _tell(deployment: dict[str, Any], configuration: Configuration | None) -> None:
    if configuration and configuration.get("enabled"):
        deployment[KEY] = configuration
        deployment["serviceConnectResources"] = [
            {"discoveryName": discovery_name(one), "discoveryArn": registry["registryArn"]}
            for one, registry in zip(configuration.get("services") or [], configuration["_registries"], strict=True)
        ]


def _from_template() -> None:
    """The default of a cluster in a template."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::ECS::Cluster"]
    put, create, update = ecs._put_cluster, handler["create"], handler["update"]

    def put_cluster(data: dict[str, Any]) -> Any:
        cluster = put(data)
        if "serviceConnectDefaults" in data:
            cluster["serviceConnectDefaults"] = data["serviceConnectDefaults"]
        return cluster

    def with_defaults(result: Any, props: Mapping[str, Any]) -> Any:
        if "ServiceConnectDefaults" in props:
            ecs._clusters[result[0]]["serviceConnectDefaults"] = task_definitions.camel(props["ServiceConnectDefaults"])
        return result

    ecs._put_cluster = put_cluster
    handler["create"] = lambda logical_id, props, stack: with_defaults(create(logical_id, props, stack), props)
    handler["update"] = lambda id, old, new, *more: with_defaults(update(id, old, new, *more), new)


# a configuration


def _completed(configuration: dict[str, Any] | None, key: str, definition: str) -> dict[str, Any] | None:
    """The configuration with its namespace and the registries of its endpoints. Raises RefusedError."""
    if not configuration or not configuration.get("enabled"):
        return configuration
    found = ecs._task_defs.get(ecs._resolve_td_key(definition)) or {}
    if found.get("networkMode") == "host":
        raise RefusedError("InvalidParameterException", "Service Connect is not supported with the host network mode.")
    services = configuration.get("services") or []
    for one in services:
        _check(one, found)
    namespace = _namespace(configuration, key.split("/", maxsplit=1)[0])
    return {
        **configuration,
        "namespace": configuration.get("namespace") or namespace["Arn"],
        "_namespace": namespace["Arn"],
        "_domain": namespace["Name"],
        "_registries": [_registry(one, namespace, key) for one in services],
    }


def _check(one: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    fault = None
    if not named_port(definition.get("containerDefinitions", []), one["portName"]):
        fault = f"portName({one['portName']}) does not refer to any named PortMapping in the task definition."
    elif len(one.get("clientAliases") or []) > 1:
        fault = "A service of Service Connect can have one client alias at most."
    elif one.get("tls"):
        fault = "The local AWS has no TLS between services of Service Connect."
    if fault:
        raise RefusedError("InvalidParameterException", fault)


def _namespace(configuration: Configuration, cluster: str) -> dict[str, Any]:
    default = ((ecs._clusters.get(cluster) or {}).get("serviceConnectDefaults") or {}).get("namespace")
    wanted = configuration.get("namespace") or default
    if not wanted:
        raise RefusedError(
            "InvalidParameterException", "Service Connect needs a namespace: of the service, or the default one of its cluster."
        )
    if found := _find_namespace(wanted):
        return found
    if configuration.get("namespace") or wanted.startswith("arn:"):
        raise RefusedError("NamespaceNotFoundException", f"The namespace {wanted} was not found.")
    made, _fault = servicediscovery._create_namespace_record(wanted, "HTTP", None, [_MANAGED])
    return dict(made)


def _find_namespace(wanted: str) -> dict[str, Any] | None:
    """By name or ARN."""
    every = servicediscovery._namespaces.values()
    return next((namespace for namespace in every if wanted in (namespace["Name"], namespace["Arn"])), None)


def _registry(endpoint: Mapping[str, Any], namespace: Mapping[str, Any], key: str) -> dict[str, str]:
    """The Cloud Map service of an endpoint, made where it is missing, as a registry of the ECS service."""
    name, id = discovery_name(endpoint), namespace["Id"]
    found = _find_service(name, id)
    own = [
        registry["registryArn"] for had in configurations(ecs._services.get(key) or {}) for registry in had.get("_registries", [])
    ]
    if found is None:
        servicediscovery._create_service({"Name": name, "NamespaceId": id, "Tags": [_MANAGED]})
        found = _find_service(name, id)
    elif found["Arn"] not in own:
        raise RefusedError("InvalidParameterException", f"The discovery name {name} is in use in the namespace.")
    return {"registryArn": found["Arn"], "portName": endpoint["portName"]}  # type: ignore[index]


def _find_service(name: str, namespace: str) -> dict[str, Any] | None:
    every = servicediscovery._services.values()
    return next((service for service in every if (service["Name"], service["NamespaceId"]) == (name, namespace)), None)


# endpoints


def _close_unused() -> None:
    """Close the endpoints that no deployment has any more, and take away their Cloud Map services."""
    with connect_endpoints.changing:
        every = [configuration for configuration in _begun.values() if configuration]
        for (account, region, _), service in list(ecs._services._data.items()):
            with request_scope(account, region):
                every += configurations(service)
        connect_endpoints.keep({endpoint for configuration in every for endpoint, _ in aliases(configuration)})
        kept = {registry["registryArn"] for configuration in every for registry in configuration.get("_registries", [])}
        for id, service in list(servicediscovery._services.items()):
            if service["Arn"] not in kept and _MANAGED in servicediscovery._resource_tags.get(service["Arn"], []):
                servicediscovery._delete_service({"Id": id})


def _names(task: dict[str, Any]) -> dict[str, str]:
    """Name to address for a task: of the endpoints that were there when its deployment began."""
    service = ecs._services.get(service_key(task))
    deployment = ecs._deployment_for_task(service, task) if service else None
    configuration = revision(service, deployment).get(KEY) if service and deployment else None
    if not deployment or not configuration or not configuration.get("enabled"):
        return {}
    there = connect_endpoints.names_in(configuration["_namespace"])
    known = deployment.setdefault("_endpoints", list(there))
    return {name: address for name, address in there.items() if name in known}


def _list_services_by_namespace(data: dict[str, Any]) -> Any:
    namespace = _find_namespace(data.get("namespace") or "")
    if not namespace:
        return failure("NamespaceNotFoundException", f"The namespace {data.get('namespace')} was not found.")
    of_it = [one["serviceArn"] for one in ecs._services.values() if _is_in(namespace["Arn"], one)]
    start, count = int(data.get("nextToken") or 0), int(data.get("maxResults") or 10)
    more = {"nextToken": str(start + count)} if start + count < len(of_it) else {}
    return json_response({"serviceArns": of_it[start : start + count], **more})


def _is_in(namespace: str, service: dict[str, Any]) -> bool:
    return any(one.get("enabled") and one["_namespace"] == namespace for one in configurations(service))
