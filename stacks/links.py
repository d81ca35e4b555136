"""What `links` of a service mean to its stack: access for its task role, and variables that tell where the resources are."""

import dataclasses
from typing import Any, cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard.config import Service
from dockyard.config.links import Link
from dockyard_constructs import ContainerSettings
from stacks.data_network import DataNetwork
from stacks.linked import Linked
from stacks.resources import ResourcesStack, resource
from stacks.surroundings import Surroundings


class Links:
    """Resources of a service: those of its own are made with it, those of dockyard.yaml are found by their names."""

    def __init__(self, around: Surroundings, settings: Service, shared: ResourcesStack | None) -> None:
        """Make or find them."""
        self._around = around
        has_servers = around.environment.settings.cluster.ec2 is not None
        self._network = DataNetwork(around.stack, around.platform, has_servers=has_servers)
        self._links = settings.links
        self._found = {name: self._find(name, link, shared) for name, link in self._links.items()}

    def add_to(self, container: ContainerSettings) -> None:
        """Tell the container where they are, and let its tasks in where there is a network between."""
        environment, secrets = dict(container.get("environment", {})), dict(container.get("secrets", {}))
        for name, found in self._found.items():
            prefix = name.upper().replace("-", "_")
            environment |= {f"{prefix}_{suffix}": value for suffix, value in found.variables.items()}
            secrets |= {f"{prefix}_{suffix}": value for suffix, value in found.secrets.items()}
        container["environment"], container["secrets"] = environment, secrets
        if any(found.database for found in self._found.values()):
            self._open_databases(container)

    def grant(self, task_definition: ecs.TaskDefinition) -> None:
        """Let its tasks use them; they begin when databases of its own are there."""
        for name, found in self._found.items():
            link = self._links[name]
            for access in (link if isinstance(link, str) else link.access).split("-"):
                if grant := found.grants.get(access):
                    grant(task_definition.task_role)
            if found.database and not isinstance(link, str) and not link.existing:
                task_definition.node.add_dependency(self._around.stack.node.find_child(_id(name)))

    def _find(self, name: str, link: Link, shared: ResourcesStack | None) -> Linked:
        if not isinstance(link, str):
            return resource(self._around.stack, _id(name), link, self._network)
        assert shared  # noqa: S101  # else there is no such name, which was refused
        return shared.find(self._around.stack, _id(name), name)

    def _open_databases(self, container: ContainerSettings) -> None:
        """Tasks with an address of their own get a group that is known before the service is made."""
        capacity = container["capacity"]
        if capacity.host_port == 0:  # in `bridge` mode they are in the servers' group; the rule for shared ones is theirs
            group = self._network.servers
            found = [self._found[name] for name, link in self._links.items() if not isinstance(link, str)]
        else:
            group = ec2.SecurityGroup(self._around.stack, "Client", vpc=self._network.vpc, description="Tasks that use databases")
            found = list(self._found.values())
            container["capacity"] = dataclasses.replace(cast("Any", capacity), security_groups=[group])
        for one in found:
            if one.database and group:
                one.database.allow_from(group, f"tasks of {self._around.name}")


def _id(name: str) -> str:
    return f"Link-{name}"
