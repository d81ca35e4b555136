"""The log router beside a service's container, as what its construct takes."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3

from dockyard.config import ROUTER, Service, s3_location
from dockyard_constructs import ContainerSettings, LogRouter
from stacks.surroundings import Surroundings


def add_log_router(
    around: Surroundings, container: ContainerSettings, settings: Service, image: ecs.ContainerImage | None
) -> None:
    """Put it into the settings of the construct, where the service has one.

    :param image: its own. Default: AWS's.
    """
    if one := settings.firelens:
        container["log_router"] = LogRouter(
            options=one.options,
            secret_options=around.secrets(one.secrets, of=f"{ROUTER}-"),
            config_file=_config_file(one.config),
            image=image,
            memory_reservation_mib=one.memory,
            enable_ecs_log_metadata=one.metadata,
        )


def _config_file(written: str | None) -> str | s3.Location | None:
    """A path, or what `s3://BUCKET/KEY` means."""
    if found := s3_location(written):
        return s3.Location(bucket_name=found[0], object_key=found[1])
    return written
