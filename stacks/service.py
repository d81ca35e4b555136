"""One service of an environment, in a stack of its own: rolling it out touches nothing else."""

import aws_cdk as cdk

from constructs import Construct
from dockyard.build import Bases, repository_name
from dockyard.config import Environment, Project
from dockyard_constructs import PublishingRole, RepositorySynthesizer
from stacks import kinds
from stacks.image import ServiceImage
from stacks.links import Links
from stacks.platform import PlatformStack
from stacks.resources import ResourcesStack
from stacks.surroundings import Surroundings


class ServiceStack(cdk.Stack):
    """A service with its image: what its kind makes of it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        project: Project,
        environment: Environment,
        name: str,
        bases: Bases,
        registry: cdk.Stack,
        platform: PlatformStack,
        resources: ResourcesStack | None,
        env: cdk.Environment,
    ) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name, "dockyard:service": name}
        images = RepositorySynthesizer(
            registry=registry,
            repository_name=repository_name(project, name),
            publishing_role_arn=PublishingRole.arn_of(project.name),
        )
        super().__init__(scope, id, env=env, tags=tags, synthesizer=images)
        images.bind(self)
        self.add_stack_dependency(registry)
        self.add_stack_dependency(platform)
        settings = environment.services[name]
        if resources and any(isinstance(link, str) for link in settings.links.values()):
            self.add_stack_dependency(resources)
        image = ServiceImage(self, images, project=project, environment=environment, name=name, bases=bases)
        around = Surroundings(self, project, environment, name, platform)
        container = around.container(settings, image.container_image)
        links = Links(around, settings, container, resources)
        task_definition = kinds.add(around, settings, container)
        links.grant(task_definition)
        image.grant_pull(task_definition)
