"""An image that a command builds, only when the repository lacks its tag."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.repository_synthesizer import RepositorySynthesizer


class ExecutableImage(Construct):
    """An image named by its tag alone, so that synth needs no Docker; `cdk deploy` runs `command` where ECR lacks the tag.

    The command must print the name of a local image and nothing else to standard output; the CDK CLI tags and pushes
    that image. Its working folder is the cloud assembly, and the CLI shows its standard error only when it fails.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        synthesizer: RepositorySynthesizer,
        repository_name: str,
        tag: str,
        command: list[str],
        display_name: str | None = None,
    ) -> None:
        """Add the image to the stack's assets.

        :param synthesizer: the synthesizer of this construct's stack, bound to it.
        :param repository_name: the synthesizer's repository.
        :param tag: tag of the image: letters, digits, `.`, `_` and `-`, at most 128.
        :param command: program and arguments. Name the program without a path: another machine may run it.
        :param display_name: how the CDK CLI calls it. Default: the construct's path.
        """
        super().__init__(scope, id)
        location = synthesizer.add_docker_image_asset(
            source_hash=tag, executable=command, display_name=display_name or self.node.path
        )
        self.tag = tag
        self.repository = ecr.Repository.from_repository_name(self, "Repository", repository_name)
        if location.image_tag != tag:
            raise ValueError(f"the asset's tag should be {tag}, got {location.image_tag}: the synthesizer adds a prefix")

    @property
    def container_image(self) -> ecs.ContainerImage:
        """The image for a task definition; the task's execution role is granted the right to pull it."""
        return ecs.ContainerImage.from_ecr_repository(self.repository, self.tag)
