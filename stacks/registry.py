"""The repositories of the application's images, once an account and region, shared by the environments there."""

import aws_cdk as cdk

from constructs import Construct
from dockyard.build import repository_name
from dockyard.config import Environment, Project
from dockyard_constructs import ImageRepository, PublishingRole


class RegistryStack(cdk.Stack):
    """A repository for each service whose image is built or copied, and the role that pushes to them.

    It has nothing that differs by environment, and is protected against deletion: it holds what may be running.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, termination_protection=True, tags={"dockyard:application": project.name})
        publisher = PublishingRole(self, "Publisher", application=project.name)
        for name, service in environment.services.items():
            if project.way(service) in ("build", "mirror"):
                ImageRepository(self, name, repository_name=repository_name(project, name), publishers=[publisher.role])
