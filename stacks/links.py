"""What `links` of a service mean to its stack: access for its task role, and variables that tell where the resources are."""

import dataclasses
from typing import Any, cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import IDependable
from dockyard.config import Service
from dockyard.config.links import Link
from dockyard_constructs import ContainerSettings
from stacks.data_network import DataNetwork
from stacks.linked import Linked
from stacks.resources import resource
from stacks.surroundings import Surroundings


class Links:
    """Resources of a service: those of its own are made with it, those of dockyard.yaml are found by their names."""

    def __init__(self, around: Surroundings, settings: Service, container: ContainerSettings) -> None:
        """Make or find them, tell the container where they are, and let its tasks in where there is a network between."""
        self._around, self._links = around, settings.links
        self._own_address = container["capacity"].host_port != 0  # else, in `bridge` mode, that of their server
        has_servers = around.environment.settings.cluster.ec2 is not None
        self._network = DataNetwork(around.stack, around.platform, has_servers=has_servers)
        self._found = {name: self._find(name, link) for name, link in self._links.items()}
        self._add_variables(container)
        if any(found.database for found in self._found.values()):
            self._open_databases(container)

    def grant(self, task_definition: ecs.TaskDefinition) -> None:
        """Let its tasks use them; they begin when databases of its own are there, and all databases let them in."""
        for name, found in self._found.items():
            link = self._links[name]
            for access in (link if isinstance(link, str) else link.access).split("-"):
                if grant := found.grants.get(access):
                    grant(task_definition.task_role)
            definition = task_definition.node.default_child
            needs: list[IDependable | None] = [found.ready, found.database.security_group if found.database else None]
            if definition and (needed := [one for one in needs if one]):
                definition.node.add_dependency(*needed)

    def _find(self, name: str, link: Link) -> Linked:
        if not isinstance(link, str):
            return resource(self._around.stack, _id(name), link, self._network)
        return self._around.resources.find(self._around.stack, _id(name), name, opened=self._own_address)

    def _add_variables(self, container: ContainerSettings) -> None:
        environment, secrets = dict(container.get("environment", {})), dict(container.get("secrets", {}))
        for name, found in self._found.items():
            prefix = name.upper().replace("-", "_")
            environment |= {f"{prefix}_{suffix}": value for suffix, value in found.variables.items()}
            secrets |= {f"{prefix}_{suffix}": value for suffix, value in found.secrets.items()}
        container["environment"], container["secrets"] = environment, secrets

    def _open_databases(self, container: ContainerSettings) -> None:
        """Tasks with an address of their own get a group that is known before the service is made.

        The others are in the servers' group, which shared databases let in once for all.
        """
        found = [self._found[name] for name, link in self._links.items() if self._own_address or not isinstance(link, str)]
        databases = [one.database for one in found if one.database]
        if self._own_address:
            group: ec2.ISecurityGroup | None = ec2.SecurityGroup(
                self._around.stack, "Client", vpc=self._network.vpc, description="Tasks that use databases"
            )
            container["capacity"] = dataclasses.replace(cast("Any", container["capacity"]), security_groups=[group])
        else:
            group = self._network.servers if databases else None
        if group:
            for database in databases:
                database.allow_from(group, f"tasks of {self._around.name}")


def _id(name: str) -> str:
    return f"Link-{name}"
