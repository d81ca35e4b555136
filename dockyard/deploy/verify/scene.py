"""What is looked at: a site, some of its services, and the account in the role that may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dockyard.config import EnvironmentSettings, Service
from dockyard.deploy.operations import describe
from dockyard.deploy.site import Site
from dockyard.doors.aws import Aws


@dataclass(frozen=True)
class Scene:
    """One environment, and the services of it that are meant."""

    site: Site
    services: Mapping[str, Service]

    @cached_property
    def reading(self) -> Aws:
        """The account."""
        return self.site.reading

    def made(self, stack: str, type_name: str) -> list[str]:
        """Physical ids of a stack's resources of one type; none where there is no such stack."""
        client = self.reading.cloudformation
        if describe(client, stack) is None:
            return []
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
        found = [one for page in pages for one in page["StackResourceSummaries"] if one["ResourceType"] == type_name]
        return [one["PhysicalResourceId"] for one in found if one.get("PhysicalResourceId")]

    @property
    def settings(self) -> EnvironmentSettings:
        """What dockyard.yaml says of the environment."""
        return self.site.environment.settings

    @property
    def application(self) -> str:
        """Its name."""
        return self.site.project.name

    @property
    def environment(self) -> str:
        """Its name."""
        return self.site.environment.name
