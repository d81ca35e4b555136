"""The endpoints of Service Connect: where they listen, and to which tasks their connections go.

On AWS a proxy in each task listens; here it is one in the local AWS, at its own address in its bridge networks. Names share an
address unless their ports are the same; a further network is made for a further address.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.local.balancer.decisions import Target
from dockyard.local.balancer.relay import Relay
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_discovery import address_of, definitions, is_well, members, named_port
from dockyard.local.extensions.service_revisions import revision, settings_of
from dockyard.local.extensions.task_network import LABEL

KEY = "serviceConnectConfiguration"

Configuration = Mapping[str, Any]
Scoped = tuple[str, str, str]
"""Account, region and `cluster/name` of a service."""


class RefusedError(Exception):
    """What is not taken: AWS's code, and why."""


@dataclass(frozen=True)
class Endpoint:
    """A name and a port that the tasks of a namespace can connect to."""

    namespace: str
    """ARN."""
    name: str
    port: int


@dataclass(frozen=True)
class _Open:
    """An endpoint that listens."""

    service: Scoped
    address: str
    relay: Relay


_endpoints: dict[Endpoint, _Open] = {}
_of: list[Instance] = []
changing = threading.RLock()
"""Held while it is decided what is open."""


def install(instance: Instance) -> None:
    """Have the addresses of this local AWS's networks, from the first on."""
    _of[:] = [instance]


def scoped(key: str) -> Scoped:
    """A service of this account and region."""
    return get_account_id(), get_region(), key


def aliases(configuration: Configuration | None) -> Iterator[tuple[Endpoint, str]]:
    """Each endpoint of a completed configuration with the name of the port that it leads to."""
    if configuration and configuration.get("enabled"):
        for one in configuration.get("services") or []:
            for alias in one.get("clientAliases") or []:
                name = alias.get("dnsName") or f"{discovery_name(one)}.{configuration['_domain']}"
                yield Endpoint(configuration["_namespace"], name.lower(), int(alias["port"])), one["portName"]


def discovery_name(one: Mapping[str, Any]) -> str:
    """Of a service of a configuration, in Cloud Map."""
    return str(one.get("discoveryName") or one["portName"])


def configurations(service: dict[str, Any]) -> list[Configuration]:
    """Of a service and its deployments."""
    if service.get("status") != "ACTIVE":
        return []
    every = [service, *(revision(service, deployment) for deployment in service["deployments"])]
    return [one[KEY] for one in every if one.get(KEY)]


def names_in(namespace: str) -> dict[str, str]:
    """Name to address of the endpoints that are open in a namespace."""
    return {endpoint.name: one.address for endpoint, one in list(_endpoints.items()) if endpoint.namespace == namespace}


def listen(key: str, configuration: Configuration | None) -> None:
    """Open what is not. Raises RefusedError where an endpoint is another service's, or its port cannot be had."""
    for endpoint, _ in aliases(configuration):
        if endpoint not in _endpoints:
            _endpoints[endpoint] = _listening(endpoint, scoped(key))
        elif _endpoints[endpoint].service != scoped(key):
            raise RefusedError(
                "InvalidParameterException",
                f"The client alias {endpoint.name}:{endpoint.port} is in use by another service in the namespace.",
            )


def keep(used: set[Endpoint]) -> None:
    """Close all others."""
    with changing:
        for endpoint in _endpoints.keys() - used:
            _endpoints.pop(endpoint).relay.close()


def _listening(endpoint: Endpoint, service: Scoped) -> _Open:
    relay = Relay(_choosing(endpoint, service))
    address = _address(endpoint)
    try:
        relay.listen(address, endpoint.port)
    except OSError as error:
        may_not = isinstance(error, PermissionError)
        hint = f"; run: sudo sysctl net.ipv4.ip_unprivileged_port_start={endpoint.port}" if may_not else ""
        raise RefusedError(
            "ServerException",
            f"The local AWS cannot listen on {address}:{endpoint.port} for the client alias {endpoint.name}: {error}{hint}",
        ) from error
    return _Open(service, address, relay)


def _address(endpoint: Endpoint) -> str:
    """The name's own where it has one, else the first of this local AWS on which no other name has this port."""
    for other, one in _endpoints.items():
        if (other.namespace, other.name) == (endpoint.namespace, endpoint.name):
            return one.address
    taken = {one.address for other, one in _endpoints.items() if other.port == endpoint.port}
    (instance,) = _of
    if instance.gateway not in taken and endpoint.port != instance.port:
        return instance.gateway
    docker, number = Docker(Processes()), 1
    while (address := docker.network_gateway(f"{instance.name}-{number}", {LABEL: instance.name})) in taken:
        number += 1
    return address


def _choosing(endpoint: Endpoint, service: Scoped) -> Callable[[], list[Target]]:
    account, region, key = service

    def targets() -> list[Target]:
        with request_scope(account, region):
            found = ecs._services.get(key) or {}
            return [target for task in members(found) if is_well(task) for target in _target(endpoint, found, task)]

    return targets


def _target(endpoint: Endpoint, service: dict[str, Any], task: dict[str, Any]) -> Iterator[Target]:
    """Where a task listens for this endpoint, as its own deployment says."""
    port_name = dict(aliases(settings_of(service, task).get(KEY))).get(endpoint)
    if port_name and (named := named_port(definitions(task), port_name)):
        container, port = named
        if address := address_of(task, container):
            yield Target(address, port)
