"""Where the image of a service comes from, in its template."""

import os

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs

from dockyard.build import Bases, Pinned, Wanted
from dockyard.config import Environment, Project, Service, Sidecar
from dockyard_constructs import CachedImage, ExecutableImage, RepositorySynthesizer


class ServiceImage:
    """The image of a service or sidecar: built, copied, or named where it is.

    Read `container_image` and, where the service was rolled back to it, `is_rolled_back`.
    """

    def __init__(
        self,
        stack: cdk.Stack,
        images: RepositorySynthesizer | None,
        made: Wanted | None,
        *,
        project: Project,
        environment: Environment,
        name: str,
        bases: Bases,
        id: str = "Image",
    ) -> None:
        """Find it.

        :param images: where images go that are built or copied; None where none of the stack's is.
        :param made: the image, where it is built or copied.
        """
        self._stack, self._project, self._id = stack, project, id
        self._cached: CachedImage | None = None
        settings = environment.images[name]
        self.is_rolled_back = isinstance(made, Pinned) and made.promoted_from is None
        if made is None or images is None:
            self.container_image = self._named(settings, bases)
            return
        if isinstance(made, Pinned):
            for caution in made.cautions:
                cdk.Annotations.of(stack).add_warning_v2("dockyard:pinned", f"{name} {caution}")
        known = not cdk.Token.is_unresolved(stack.account)  # without credentials it is not
        outdir = cdk.Stage.of(stack).outdir  # type: ignore[union-attr]  # an app is a stage
        self.container_image = ExecutableImage(
            stack,
            id,
            synthesizer=images,
            repository_name=made.repository,
            tag=made.tag,
            command=[
                *("dockyard", "asset", name, made.tag, "--env", environment.name),
                *("--project", os.path.relpath(project.root, outdir)),
                *(("--account", stack.account, "--region", stack.region) if made.is_index and known else ()),
            ],
            pushed_by_command=made.is_index,
            display_name=name,
        ).container_image

    def grant_pull(self, task_definition: ecs.TaskDefinition) -> None:
        """Let its tasks be the first who pull it, where it comes by a cache; else ECS has the rights that are needed."""
        if self._cached:
            self._cached.grant_pull(task_definition.obtain_execution_role())

    def _named(self, settings: Service | Sidecar, bases: Bases) -> ecs.ContainerImage:
        """The image that is named, in its own registry or by a cache of it; by its digest where that is locked."""
        named = settings.image.reference
        assert named  # noqa: S101  # else there is a recipe
        named = named.at(bases.locked.get(str(settings.image.from_)))
        if self._project.way(settings) == "pull-through":
            prefix = self._project.pull_through[named.registry].prefix
            self._cached = CachedImage(
                self._stack, self._id, repository_prefix=prefix, repository_name=named.repository, version=named.version
            )
            return self._cached.container_image
        if not named.ecr:
            return ecs.ContainerImage.from_registry(str(named))
        account, region = named.ecr
        arn = self._stack.format_arn(
            service="ecr", resource="repository", resource_name=named.repository, account=account, region=region
        )
        repository = ecr.Repository.from_repository_attributes(
            self._stack, self._id.replace("Image", "Repository"), repository_arn=arn, repository_name=named.repository
        )
        return ecs.ContainerImage.from_ecr_repository(repository, named.version)  # so that the task may pull it
