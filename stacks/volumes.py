"""The volumes of a service, as what its container mounts."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs

from dockyard.config import Service, ServiceVolume
from dockyard_constructs import ContainerSettings, EbsVolume, EfsVolume, EphemeralVolume, FileStorage, Mount, Volume
from stacks.surroundings import Surroundings


def add_volumes(around: Surroundings, container: ContainerSettings, settings: Service) -> None:
    """Put them into the settings of the construct, and what must be made for them into the stack."""
    made = [name for name, one in settings.volumes.items() if one.type == "efs" and one.file_system is None]
    storage = _storage(around) if made else None
    volumes: dict[str, Volume] = {}
    for name, one in settings.volumes.items():
        if storage and name in made:
            volumes[name] = storage.volume(name)
        elif one.type == "efs":
            volumes[name] = _existing(around, name, one)
        else:
            volumes[name] = EbsVolume(cdk.Size.gibibytes(one.size)) if one.size else EphemeralVolume()
    files = [volumes[name] for name, one in settings.volumes.items() if one.type == "efs"]
    if files and settings.runs_on == "ec2":  # there the server mounts them
        servers = around.servers()
        for volume in files:
            volume.let_in(servers)
    container["volumes"] = volumes
    container["mounts"] = [Mount(name, one.path, one.read_only) for name, one in settings.volumes.items()]


def _storage(around: Surroundings) -> FileStorage:
    vpc = around.task_network("Files")
    subnets = ec2.SubnetSelection(subnets=[*vpc.public_subnets, *vpc.private_subnets])
    return FileStorage(around.stack, "FileStorage", vpc=vpc, subnets=subnets)


def _existing(around: Surroundings, name: str, volume: ServiceVolume) -> EfsVolume:
    id = f"Files-{name}"
    group = ec2.SecurityGroup.from_security_group_id(
        around.stack, f"{id}-Group", volume.security_group or "not-used", mutable=volume.security_group is not None
    )
    files = efs.FileSystem.from_file_system_attributes(around.stack, id, security_group=group, file_system_id=volume.file_system)
    point = None
    if volume.access_point:
        point = efs.AccessPoint.from_access_point_attributes(
            around.stack, f"{id}-AccessPoint", access_point_id=volume.access_point, file_system=files
        )
    return EfsVolume(files, point, needs=[group])
