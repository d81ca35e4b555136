"""An image that a command builds, only when the repository lacks its tag."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.image_repository import CACHE_TAG_PREFIX
from dockyard_constructs.repository_synthesizer import RepositorySynthesizer


class ExecutableImage(Construct):
    """An image named by its tag alone, so that synth needs no Docker; `cdk deploy` runs `command` where ECR lacks the tag.

    The command must print the name of a local image and nothing else to standard output; the CDK CLI tags and pushes
    that image. Its working folder is the cloud assembly, and the CLI shows its standard error only when it fails.

    The CLI pushes one image, and an index for several platforms is more than that: the command then pushes it itself and
    prints the name of an image that stands for it, which goes to a tag of its own (`cache-<tag>`).
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
        pushed_by_command: bool = False,
        display_name: str | None = None,
    ) -> None:
        """Add the image to the stack's assets.

        :param synthesizer: the synthesizer of this construct's stack, bound to it.
        :param repository_name: the synthesizer's repository.
        :param tag: tag of the image: letters, digits, `.`, `_` and `-`, at most 128.
        :param command: program and arguments. Name the program without a path: another machine may run it.
        :param pushed_by_command: whether the command pushes the image itself, and prints one that stands for it.
        :param display_name: how the CDK CLI calls it. Default: the construct's path.
        """
        super().__init__(scope, id)
        asked_for = f"{CACHE_TAG_PREFIX}{tag}" if pushed_by_command else tag
        location = synthesizer.add_docker_image_asset(
            source_hash=asked_for, executable=command, display_name=display_name or self.node.path
        )
        self.tag = tag
        self.repository = ecr.Repository.from_repository_name(self, "Repository", repository_name)
        if location.image_tag != asked_for:
            raise ValueError(f"the asset's tag should be {asked_for}, got {location.image_tag}: the synthesizer adds a prefix")

    @property
    def container_image(self) -> ecs.ContainerImage:
        """The image for a task definition; the task's execution role is granted the right to pull it."""
        return ecs.ContainerImage.from_ecr_repository(self.repository, self.tag)
