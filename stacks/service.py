"""One service of an environment, in a stack of its own: rolling it out touches nothing else."""

import aws_cdk as cdk

from constructs import Construct
from dockyard.build import Bases, repository_name, wanted
from dockyard.config import ROUTER, SEPARATOR, Environment, Project, topic_names
from dockyard_constructs import PublishingRole, RepositorySynthesizer
from stacks import kinds
from stacks.image import ServiceImage
from stacks.links import Links
from stacks.log_router import add_log_router
from stacks.platform import Platform
from stacks.resources import Resources
from stacks.sidecars import add_sidecars
from stacks.surroundings import Surroundings
from stacks.volumes import add_volumes


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
        platform: Platform,
        resources: Resources,
        env: cdk.Environment,
    ) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name, "dockyard:service": name}
        settings = environment.services[name]
        names = {name: "Image", **{f"{name}{SEPARATOR}{one}": f"Image-{one}" for one in settings.beside}}
        made = {one: wanted(project, environment, one, bases) for one in names}
        images = None
        if any(made.values()):
            images = RepositorySynthesizer(
                registry=registry,
                repository_name=repository_name(project, name),
                publishing_role_arn=PublishingRole.arn_of(project.name),
            )
        super().__init__(scope, id, env=env, tags=tags, synthesizer=images)
        if images:
            images.bind(self)
        self.add_stack_dependency(registry)
        self.add_stack_dependency(platform)
        named = {*(name for name, link in settings.links.items() if isinstance(link, str)), *topic_names(settings)}
        if resources.stack and named & environment.settings.resources.keys():
            self.add_stack_dependency(resources.stack)
        image, *beside = [
            ServiceImage(self, images, made[one], project=project, environment=environment, name=one, bases=bases, id=id)
            for one, id in names.items()
        ]
        around = Surroundings(self, project, environment, name, platform, resources, is_rolled_back=image.is_rolled_back)
        container = around.container(settings, image.container_image)
        links = Links(around, settings, container)
        add_volumes(around, container, settings)
        found_beside = {one: found.container_image for one, found in zip(settings.beside, beside, strict=True)}
        add_sidecars(around, container, settings, found_beside)
        add_log_router(around, container, settings, found_beside.get(ROUTER))
        task_definition = kinds.add(around, settings, container)
        links.grant(task_definition)
        for found in (image, *beside):
            found.grant_pull(task_definition)
